from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from apps.assets.images import storing
from apps.assets.models import Image


@receiver(post_delete, sender=Image, dispatch_uid="assets.drop_file")
def drop_file(instance: Image, **kwargs: Any) -> None:
    """However the row went: by hand, or with its site."""
    storing.drop_file_after(instance)
