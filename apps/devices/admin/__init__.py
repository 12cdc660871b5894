from apps.devices.admin import contacts, devices, keys

__all__ = ["contacts", "devices", "keys"]
