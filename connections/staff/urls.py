"""allauth's pages, without those that staff of an internal tool have no use for."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView, TemplateView

from connections.staff import sso

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    # Addresses are an administrator's to change: one that somebody enters for himself would be
    # a way to a new password.
    path("email/", RedirectView.as_view(pattern_name="admin:index")),
    # So are passwords of people who were given none.
    path(
        "password/set/",
        TemplateView.as_view(template_name="account/password_set.html"),
        name="account_set_password",
    ),
    # allauth's names, by which it finds them.
    path("oidc/<str:provider_id>/login/", sso.begin, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", sso.come_back, name="openid_connect_callback"),
    path("", include("allauth.urls")),
]
