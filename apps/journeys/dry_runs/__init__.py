"""Dry runs: a draft tried over real contacts with a simulated clock; nothing is touched."""
