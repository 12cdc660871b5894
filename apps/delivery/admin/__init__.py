from apps.delivery.admin import panels, popups, pushes

__all__ = ["panels", "popups", "pushes"]
