"""Steps that let time pass."""

from django.utils import timezone

from apps.journeys.kinds.base import Batch, Kind, Moves


class WaitKind(Kind):
    passes_time = True

    def arrive(self, batch: Batch) -> Moves:
        until = batch.now + timezone.timedelta(seconds=batch.config["seconds"])
        return Moves().wait(until, batch.rows)

    def time_out(self, batch: Batch) -> Moves:
        return Moves().leave("done", batch.rows)


class EventKind(Kind):
    """Waits for events, which apps.journeys.hearing leads on."""

    passes_time = True

    def arrive(self, batch: Batch) -> Moves:
        until = batch.now + timezone.timedelta(seconds=batch.config["seconds"])
        return Moves().wait(until, batch.rows)

    def time_out(self, batch: Batch) -> Moves:
        return Moves().leave("timeout", batch.rows)
