from django.contrib import admin

from apps.assets.admin.assets import KindAdmin
from apps.assets.admin.buttons import PushButtonInline
from apps.assets.admin.editor import PushEditorAdmin
from apps.assets.forms import PushForm
from apps.assets.models import Push


@admin.register(Push)
class PushAdmin(PushEditorAdmin, KindAdmin):
    form = PushForm
    list_display = ("name", "title", "status_label", "site", "updated_at")
    search_fields = ("name", "title", "message")
    inlines = (PushButtonInline,)
