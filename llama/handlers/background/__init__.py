"""Background sets: the odds that chance alone gives, and what they say of those that were found.

docs/science-background.md describes what is simulated, the file, and how sets are calibrated.
"""
