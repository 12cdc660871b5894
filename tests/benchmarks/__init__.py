"""What is fast, measured: `make bench`, or `make bench ONLY=onboarding` for a part."""

import os

import django

# Before the measures are imported: some of them speak to the database through the product.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
