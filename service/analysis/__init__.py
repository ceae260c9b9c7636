"""What follows from the facts: guidance, formulas, choices."""
