"""Slack: Socket Mode or signed HTTP in, Block Kit messages out."""
