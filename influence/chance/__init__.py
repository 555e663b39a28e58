"""What else it could have been: bootstrap, intervals, p-values, tests, null networks, the unseen.

May use the network and below.
"""
