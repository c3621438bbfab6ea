"""What travels on the bus: messages, topics, their published JSON Schemas and examples.

Here lives: every field that another process reads. Here does not live: any behaviour beyond
checking, encoding and decoding. Nothing of this project is imported from here.
"""
