from apps.devices import keys


def end_retired() -> int:
    """End what was subscribed with keys that were given up; a wake-up, so it may be doubled."""
    return keys.end_retired(seconds=40)
