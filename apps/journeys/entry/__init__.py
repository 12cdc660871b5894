"""Entering: which contacts come into a journey, by which way."""

from apps.journeys.entry.draining import drain, prepare

__all__ = ["drain", "prepare"]
