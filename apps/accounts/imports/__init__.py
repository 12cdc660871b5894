"""Bringing files of rows in: what they are, how their columns map, and running them in batches.

Right of the models and left of the edges; each app registers the kinds of rows that it knows.
"""
