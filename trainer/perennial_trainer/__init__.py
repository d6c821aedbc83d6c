"""Perennial's Python side: what has to live where training lives."""

__version__ = "0.1.0"
