"""What people may ask of those who hold data about them: to be forgotten, to see it, to know who read, and no longer.

May use tracking and below.
"""
