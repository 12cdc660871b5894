"""The names under which journeys ask others for messages, and track events: who asked, and for
which visit."""


def campaign(journey_id: int) -> str:
    """Return the name under which a journey asks delivery for messages."""
    return f"journey:{journey_id}"


def message_key(journey_id: int, enrolment_id: int, visit: int) -> str:
    """Return the unique key of what a visit asks of delivery."""
    return f"{campaign(journey_id)}:{enrolment_id}:{visit}"


def enrolment_and_visit(key: str) -> tuple[int, int] | None:
    """Read a `message_key` of an enrolment; None for what no journey asked for."""
    kind, *rest = key.split(":")
    if kind != "journey" or len(rest) != 3 or not all(part.isdigit() for part in rest):
        return None
    return int(rest[1]), int(rest[2])
