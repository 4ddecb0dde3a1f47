"""Credentials at rest: encrypted with the keys of CREDENTIALS_KEYS, or not readable at all.

A sealed text is ``KEYID:TOKEN``: the id tells which key is missing when none opens it, the
token is Fernet (AES-128-CBC with HMAC-SHA256, github.com/fernet/spec).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from connectors.errors import AskStaff

HOW_TO_MAKE_A_KEY = (
    "Make one with "
    '`python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"` '
    "and set it as CREDENTIALS_KEYS in the environment or in .env."
)

KEY_ID_LENGTH = 8


class NoKey(AskStaff):
    """Credentials cannot be sealed or opened with the keys that are set."""


def seal(credentials: Mapping[str, str]) -> str:
    keys = _keys()
    token = _fernet(keys).encrypt(json.dumps(dict(credentials), sort_keys=True).encode())
    return f"{key_id(keys[0])}:{token.decode()}"


def unseal(sealed: str) -> dict[str, str]:
    """The credentials. Raises NoKey rather than return anything that is not what was sealed."""
    used, _, token = sealed.partition(":")
    try:
        opened = _fernet(_keys()).decrypt(token)
    except (InvalidToken, ValueError):
        raise _not_ours(used) from None
    credentials: dict[str, str] = json.loads(opened)
    return credentials


def rotate(sealed: str) -> str:
    """The same credentials sealed with the first key; unchanged if they are already."""
    keys = _keys()
    used, _, token = sealed.partition(":")
    if used == key_id(keys[0]):
        unseal(sealed)
        return sealed
    try:
        fresh = _fernet(keys).rotate(token)
    except (InvalidToken, ValueError):
        raise _not_ours(used) from None
    return f"{key_id(keys[0])}:{fresh.decode()}"


def check_keys() -> None:
    """Raises NoKey when the keys cannot be used at all."""
    _fernet(_keys())


def key_id(key: str) -> str:
    """A short name of a key that tells nothing about it."""
    return hashlib.sha256(key.encode()).hexdigest()[:KEY_ID_LENGTH]


def _keys() -> Sequence[str]:
    if not settings.CREDENTIALS_KEYS:
        raise NoKey("CREDENTIALS_KEYS is empty, so credentials cannot be kept.", HOW_TO_MAKE_A_KEY)
    return [key.strip() for key in settings.CREDENTIALS_KEYS]


def _fernet(keys: Sequence[str]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise NoKey("CREDENTIALS_KEYS holds a key that is none.", HOW_TO_MAKE_A_KEY) from None


def _not_ours(used: str) -> NoKey:
    have = [key_id(key) for key in _keys()]
    if len(used) == KEY_ID_LENGTH and used not in have:
        what = f"were sealed with key {used}, which is not among CREDENTIALS_KEYS"
    else:
        what = "are damaged, or no key of CREDENTIALS_KEYS sealed them"
    return NoKey(
        f"The credentials {what} (those are {', '.join(have)}).",
        "Add that key to CREDENTIALS_KEYS, after the first, or enter the credentials again.",
    )
