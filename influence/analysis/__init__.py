"""From the measures to a report: report, evidence, picture, limits, comparison.

May use advice, the measures and below.
"""
