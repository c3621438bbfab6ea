"""How often Python looks for garbage in circles."""

import gc

NEW_OBJECTS = 50_000
"""Between two looks: a few batches of facts, some 10 MB."""


def collect_seldom() -> None:
    """Look for garbage in circles more seldom: facts, states and rows form none.

    They are many, live long, and are freed without it; looking at all of them again after every
    700 new ones took a quarter of the projection's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)
