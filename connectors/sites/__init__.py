"""Sites where people write and answer: WordPress, Discourse, GitHub, Request Tracker. May use the kit."""
