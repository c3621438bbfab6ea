"""Version histories in git: one bare repository for many events, each in a namespace of its own.

Here lives: how revisions become commits that survive a crash, and how they are read. Here does not
live: which revisions there are to be (`llama.domain.revisions`).
"""
