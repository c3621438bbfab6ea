"""Neutrino tracks: what they are, where they come from, and how often which ones come by chance.

Here lives: tracks, detectors with their fitted densities, sources, blinding, simulation, frames.
Here does not live: how probable it is that tracks belong to an event.
"""
