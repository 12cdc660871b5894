"""The pages of django-q2, in the theme."""

from django.contrib import admin
from django.http import HttpRequest
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success

from apps.accounts.backoffice import ModelAdmin

for model in (Failure, OrmQ, Schedule, Success):
    admin.site.unregister(model)


class OperationsAdmin(ModelAdmin):
    warn_unsaved_form = False


@admin.register(OrmQ)
class QueuedTaskAdmin(OperationsAdmin, QueueAdmin):
    list_display = ("name", "func", "group", "lock")


@admin.register(Schedule)
class ScheduledTaskAdmin(OperationsAdmin, ScheduleAdmin):
    list_display = ("name", "func", "schedule_type", "next_run", "get_last_run", "get_success")
    list_display_links = ("name",)
    list_filter = ("schedule_type",)


class FinishedTaskAdmin(OperationsAdmin):
    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What has happened is not edited."""
        return False


@admin.register(Success)
class SuccessfulTaskAdmin(FinishedTaskAdmin, TaskAdmin):
    list_display = ("name", "func", "group", "started", "time_taken")
    list_filter = ("group",)


@admin.register(Failure)
class FailedTaskAdmin(FinishedTaskAdmin, FailAdmin):
    list_display = ("name", "func", "group", "started", "short_result")
    list_filter = ("group",)
