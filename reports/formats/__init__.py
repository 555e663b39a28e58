"""Files to give away: page, tables. May use the story and the figures."""
