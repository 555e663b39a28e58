"""The four steps: population, ego, steps, everybody, acquaintance, possible reach.

May use chance, the network, met, people and below.
"""
