from apps.delivery.admin import panels, popups, pushes, testing

__all__ = ["panels", "popups", "pushes", "testing"]
