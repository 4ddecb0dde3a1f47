"""What is wrong with the installation, said at start and by ``manage.py check``."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error

from connections.vault import HOW_TO_MAKE_A_KEY


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
