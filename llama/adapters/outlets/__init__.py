"""Ways to the world: a folder, and topics of a server that speaks the Kafka protocol.

Here lives: how something that a handler has to tell comes to where others read it. Here does not
live: what it says, or whether it was said before, but for a folder that is its own ledger.
"""
