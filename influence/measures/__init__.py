"""Measures: one file a family. A measure is a function of an `Ego` that returns findings by name.

May use reach, chance, the network and below; a measure knows another where it builds on it.
"""
