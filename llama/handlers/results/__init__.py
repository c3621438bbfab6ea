"""What the search found, read once from the event's files and put in words and figures.

Reading, ranking and wording live here; drawing, tables and pages only show what this room says.
"""
