"""Passwords and mail of staff: what allauth asks us about them."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from connections.staff.pages import notice

logger = logging.getLogger(__name__)


class StaffAccounts(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only this host: allauth's own would lead to every other of ALLOWED_HOSTS as well."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At PUBLIC_URL: what stands in a mail is not for the sender of a Host header to say."""
        url: str = super().get_reset_password_from_key_url(key)
        return f"{settings.PUBLIC_URL}{urlsplit(url).path}" if settings.PUBLIC_URL else url

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Whom an administrator gave no password does not get one by mail, but is told so."""
        if user.has_usable_password():
            super().send_password_reset_mail(user, email, context)
        else:
            self.send_mail("account/email/no_password", email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # smtplib's exceptions are OSErrors; their text names people
            logger.error("Mail cannot be sent (EMAIL_URL): %s", type(error).__name__)
            raise ImmediateHttpResponse(
                notice(
                    self.request,
                    "No mail can be sent",
                    "Accord cannot reach its mail server at the moment. Try again later, or ask "
                    "a superuser for a new password.",
                    status=503,
                )
            ) from None
