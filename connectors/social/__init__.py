"""Public networks: X, Mastodon, Bluesky, Reddit, LinkedIn, Facebook, YouTube, Hacker News. May use the kit."""
