"""Where colleagues talk: Slack, Zulip, Matrix, Viva Engage. May use the kit."""
