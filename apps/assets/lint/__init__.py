"""What a marketer should look at before a message goes out.

Checks are registered; those of apps to the right are called like our own.
"""

from apps.assets.lint import addresses, parts, pictures, sizes, texts
from apps.assets.lint.registry import Finding, Level, Subject, findings, register

OWN = (addresses, parts, pictures, sizes, texts)

__all__ = ["OWN", "Finding", "Level", "Subject", "findings", "register"]
