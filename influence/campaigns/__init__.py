"""What a campaign did: who took part, how far beyond it went, what travelled, against the weeks before and voices.

May use analysis, advice, the measures and below.
"""
