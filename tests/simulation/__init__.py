"""All services' logic in one process, on a clock and a log that a seed decides about.

`python -m tests.simulation SEED` tells the story of one seed.
"""
