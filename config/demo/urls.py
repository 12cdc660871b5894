from django.urls import path

from config.demo.views import shop

urlpatterns = [path("", shop, name="demo")]
