"""One technology each: how a port is served by PostgreSQL, Kafka, git, a disk, or plain memory.

Here lives: what names a library of the outside world and translates its errors. Here does not
live: any rule about events or files, and any choice of which adapter is used.
"""
