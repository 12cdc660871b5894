"""Entering: which contacts come into a journey, by which way."""
