"""The one signal of the house: the only way in which an app tells those to its right."""

from django.dispatch import Signal

# Sent inside the transaction that wrote them, with `events`: the list of stored Event rows of
# one site, each with `name` (EventName) and `contact` loaded.
tracked = Signal()
