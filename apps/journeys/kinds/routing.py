"""Steps that choose a path."""

from apps.journeys.kinds.base import Batch, Kind, Moves


class LeaveKind(Kind):
    def arrive(self, batch: Batch) -> Moves:
        return Moves(exiting=batch.rows)

    def time_out(self, batch: Batch) -> Moves:
        return self.arrive(batch)
