from apps.journeys.admin import journeys, panels

__all__ = ["journeys", "panels"]
