"""Who has met whom, and how sure, for one leader and for many pairs.

May use people, the store and what stands before them.
"""
