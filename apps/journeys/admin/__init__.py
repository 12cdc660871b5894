from apps.journeys.admin import journeys, panels, signing

__all__ = ["journeys", "panels", "signing"]
