"""Metrics for Prometheus. Their names and labels stand in `catalogue.py`, and in docs/operating.md.

A process has one registry of its own; nothing here is kept between processes.
"""
