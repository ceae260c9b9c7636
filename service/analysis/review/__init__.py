"""Review of what is pasted: rules over parsed objects, one small function each, in tables by family."""
