from django.contrib import admin

from apps.assets.admin.assets import KindAdmin
from apps.assets.admin.buttons import PushButtonInline
from apps.assets.admin.editor import PushEditorAdmin
from apps.assets.admin.fit import FitAdmin
from apps.assets.forms import WeighedPushForm
from apps.assets.models import Push


@admin.register(Push)
class PushAdmin(PushEditorAdmin, FitAdmin, KindAdmin):
    form = WeighedPushForm
    invitation = "What a browser shows as a notification, even when your site is closed."
    inlines = (PushButtonInline,)
