"""Who answered whom: the log, its queries, the sparse network, networkx's door.

May use met, people, the store and below.
"""
