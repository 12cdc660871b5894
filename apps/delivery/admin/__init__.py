from apps.delivery.admin import limits, panels, popups, pushes, testing

__all__ = ["limits", "panels", "popups", "pushes", "testing"]
