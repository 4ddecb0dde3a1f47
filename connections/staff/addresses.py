"""E-mail addresses of staff, as allauth takes for granted when it looks one up."""

from __future__ import annotations

from typing import Any


def lower_address(instance: Any, **_: Any) -> None:
    """A receiver of ``pre_save`` for users."""
    instance.email = (instance.email or "").lower()
