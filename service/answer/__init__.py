"""What we say: plan, claims, selection, citations, Markdown."""
