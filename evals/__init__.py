"""How good the answers are: cases, scorers, reports, baselines."""
