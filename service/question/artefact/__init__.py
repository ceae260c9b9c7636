"""Artefacts: pasted schemas, models, queries, plans and settings, read into data that a review judges."""
