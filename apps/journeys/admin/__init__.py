from apps.journeys.admin import journeys, panels, signing, why_panels

__all__ = ["journeys", "panels", "signing", "why_panels"]
