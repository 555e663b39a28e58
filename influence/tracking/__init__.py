"""Week after week: snapshots of findings as they were told, how they moved, what to look at, and when to run.

May use analysis, advice, the measures and below.
"""
