"""Addresses: the desk is the admin, and everything else leads there."""

from allauth.account.views import logout
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from connections.staff.pages import admin_login
from sync.desk.hooked import hooked
from sync.watch import probes

handler403 = "connections.staff.pages.forbidden"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("accounts/", include("connections.staff.urls")),
    path("authorize/", include("connections.door.urls")),
    path("hooks/<str:secret>/", hooked, name="hooked"),
    # Before the admin's own, which know neither limits nor second factors.
    path("admin/login/", admin_login),
    path("admin/logout/", logout, name="admin_logout"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
