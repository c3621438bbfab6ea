"""What goes out: notices of results, which of them is sent when, and circulars.

profile.json says exactly what a notice of ours is, more strictly than the GCN schema.
docs/science-publication.md gives the rules.
"""
