"""From Markdown to an edition: the immutable index that the service answers from."""
