"""The journey builder: its page, and what happens on it."""
