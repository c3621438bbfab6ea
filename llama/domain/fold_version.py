"""Which fold this is."""

FOLD_VERSION = 2
"""One more whenever the same facts would amount to another state, or a state is written otherwise.

A state that was kept under another version is folded again from the facts of its event; tables
that were made under another version are made again by `llama rebuild`.
"""
