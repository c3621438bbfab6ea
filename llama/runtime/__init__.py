"""How a process lives: its settings, its logs, its loop over the log, how it starts and stops.

Here lives: what is about any service. Here does not live: what one kind of message means, or
which technology carries it.
"""
