"""Pictures of the search's result: geometry, ink and layout. What is shown comes from `results`.

The same inputs give the same bytes: no dates, no program names, no settings of the user.
"""
