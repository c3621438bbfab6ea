"""Downselections: criteria by which events are picked, as data, and what they judge."""
