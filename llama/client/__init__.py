"""What people do with a running system, given its adapters by whoever composes them.

Here lives: sending notices and waiting for what becomes of them, checking that everything is
consistent. Here does not live: the choice of adapters, or what is printed.
"""
