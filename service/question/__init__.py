"""What is asked about: facts with their spans, intents, entities."""
