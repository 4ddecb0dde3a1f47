"""What is wrong with the installation, said at start and by ``manage.py check``."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from connections.vault import HOW_TO_MAKE_A_KEY

HOW_TO_MAKE_A_SECRET = (
    'Make one with `python -c "import secrets; print(secrets.token_urlsafe(50))"` and set it as '
    "SECRET_KEY in the environment or in .env. (With DEBUG=on one is made in var/.)"
)
#: As Django's own security.W009 has it, which is only a warning, and only before deployment.
_LEAST, _LEAST_DIFFERENT = 50, 5


def secret_key(**_: Any) -> list[CheckMessage]:
    """Whoever guesses it makes sessions of his own, and tasks for the worker."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        return [Error("SECRET_KEY is not set.", HOW_TO_MAKE_A_SECRET, id="connections.E005")]
    if len(key) >= _LEAST and len(set(key)) >= _LEAST_DIFFERENT:
        return []
    return [
        Error(
            f"SECRET_KEY is too short: it needs {_LEAST} characters, taken at random.",
            HOW_TO_MAKE_A_SECRET,
            id="connections.E006",
        )
    ]


def credentials_keys(**_: Any) -> list[CheckMessage]:
    if not settings.CREDENTIALS_KEYS:
        return [Error("CREDENTIALS_KEYS is not set.", HOW_TO_MAKE_A_KEY, id="connections.E001")]
    return [
        Error(
            f"Key {place} of CREDENTIALS_KEYS is none: a key is 32 bytes as URL-safe base64.",
            HOW_TO_MAKE_A_KEY,
            id="connections.E002",
        )
        for place, key in enumerate(settings.CREDENTIALS_KEYS, 1)
        if not _is_key(key)
    ]


def _is_key(key: str) -> bool:
    try:
        Fernet(key.strip())
    except ValueError:
        return False
    return True
