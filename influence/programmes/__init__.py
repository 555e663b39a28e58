"""A programme of leaders: its file, its frozen baseline, notes of advice, sheets, and matched leaders beside it.

May use tracking, analysis, the measures and below.
"""
