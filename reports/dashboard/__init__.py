"""The dashboard: pages served on this machine alone, told and drawn by what writes the reports.

May use story, figures and formats, influence.contract, and as the only one of reports influence.workspace.
"""
