"""Journeys to start from."""

from apps.journeys.templates.making import create
from apps.journeys.templates.onboarding import (
    ASK_FOR_PERMISSION,
    ask_for_permission,
    create_for_site,
)
from apps.journeys.templates.registry import TEMPLATES, find
from apps.journeys.templates.shapes import Template

__all__ = [
    "ASK_FOR_PERMISSION",
    "TEMPLATES",
    "Template",
    "ask_for_permission",
    "create",
    "create_for_site",
    "find",
]
