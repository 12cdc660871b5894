from django.db import models


class WakeUp(models.Model):
    """Whether a task is called already: a hundred requests a second need one wake-up, not 100."""

    task = models.CharField(max_length=100, primary_key=True)
    is_called = models.BooleanField(default=False)
    called_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.task
