"""A workbook, read in a process of its own with bounds on its memory and time: see ``child``.

What runs there imports nothing but this package and the readers, so that it starts in a few hundredths of a second.
"""
