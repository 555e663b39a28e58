"""Compiled loops, arrays in and arrays out, which know nothing of the house; numba is imported here only.

Uses nothing.
"""
