"""Which accounts are one person, why, and how to undo it; whose team, whose world.

May use the store and what stands before it.
"""
