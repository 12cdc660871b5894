from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "apps.devices"
    verbose_name = "Devices"

    def ready(self) -> None:
        from apps.devices import importing  # noqa: F401 - registers its kind
