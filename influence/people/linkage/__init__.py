"""Which accounts are likely one person, weighed and never guessed: profiles, model, score, choose, run."""
