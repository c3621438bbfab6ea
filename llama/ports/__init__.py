"""The needs of the system, each as a narrow Protocol, in words of the domain.

Here lives: what a service may ask of the world. Here does not live: any body, any technology.
"""
