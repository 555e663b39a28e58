"""From the measures to a report: report, evidence, picture, limits, comparison, side by side.

May use advice, the measures and below.
"""
