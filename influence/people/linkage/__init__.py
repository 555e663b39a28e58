"""Which accounts are likely one person, weighed and never guessed: profiles, model, score, choose, run.

May use the rest of people, the store and below.
"""
