"""The Slack front end: mentions, messages, commands and the assistant pane, over HTTP or Socket Mode."""
