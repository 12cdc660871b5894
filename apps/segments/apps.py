from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "apps.segments"
    verbose_name = "Segments"

    def ready(self) -> None:
        from apps.segments import importing  # noqa: F401 - registers its kind
