"""How people reach us: translate, call a use case, translate back."""
