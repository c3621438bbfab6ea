"""The list of neutrinos as tables: aligned text, CSV and LaTeX, from the same columns."""
