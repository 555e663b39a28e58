"""Compiled loops, arrays in and arrays out, which know nothing of the house; numba is imported here only.

May use the contract, of which it knows that long work may be ended.
"""
