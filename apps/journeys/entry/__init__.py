"""Entering: which contacts come into a journey, by which way."""

from apps.journeys.entry.draining import drain, is_due, prepare

__all__ = ["drain", "is_due", "prepare"]
