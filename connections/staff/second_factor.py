"""Second factors: their secrets are kept encrypted, and a lost one can be removed by others."""

from __future__ import annotations

import logging

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from connections.staff.pages import notice
from connections.vault import NoKey, rotate, seal, unseal

logger = logging.getLogger(__name__)

_TEXT = "text"
#: Where allauth keeps a secret in an Authenticator's data: of an app, of recovery codes.
SECRETS = ("secret", "seed")
_NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
    Authenticator.Type.WEBAUTHN: "passkey or security key",
}


class SecondFactors(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal({_TEXT: text})

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text)[_TEXT]
        except NoKey as error:
            logger.error("A second factor cannot be checked. %s", error)
            raise ImmediateHttpResponse(
                notice(
                    context.request,
                    "Your second factor cannot be checked",
                    "The key that it was encrypted with is missing on this server. An "
                    "administrator can put the key back (CREDENTIALS_KEYS), or a superuser "
                    "remove your second factor on your user's page, so that you can set up a new "
                    "one. A passkey still works.",
                    status=503,
                )
            ) from None


def names_of_factors(user: User) -> list[str]:
    """For people: ``["authenticator app", "passkey or security key “Phone”"]``."""
    rows = Authenticator.objects.filter(user=user).order_by("type", "pk")
    return [_name(row) for row in rows]


def _name(row: Authenticator) -> str:
    name = _NAMES[row.type]
    return f"{name} “{row}”" if row.type == Authenticator.Type.WEBAUTHN else name


def remove_factors(user: User) -> list[str]:
    """All of them, recovery codes too; the names of what was removed."""
    names = names_of_factors(user)
    Authenticator.objects.filter(user=user).delete()
    return names


def rotate_factor(factor: Authenticator) -> bool:
    """Seal its secret with the first key; whether that changed anything. Raises NoKey."""
    fresh = {
        name: rotate(value)
        for name, value in factor.data.items()
        if name in SECRETS and isinstance(value, str)
    }
    if all(factor.data[name] == value for name, value in fresh.items()):
        return False
    factor.data = {**factor.data, **fresh}
    factor.save(update_fields=["data"])
    return True
