"""The rules, as pure functions: what an event is, what it needs, what has become of it.

Here lives: anything an astrophysicist or a DAG theorist would recognise that needs no clock, no
random numbers, no environment and no input or output. Here does not live: anything else.
"""
