"""The way back to a page of ours that sent people to authorise or enter an account."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils.http import url_has_allowed_host_and_scheme

from connections.models import Account

_LONGEST = 500


def ours(address: str) -> str:
    """The address if it is a path of this site; otherwise "": nobody is led elsewhere by a link."""
    is_path = address.startswith("/") and len(address) <= _LONGEST
    return address if is_path and url_has_allowed_host_and_scheme(address, None) else ""


def with_account(address: str, account: Account) -> str:
    """``address``: one of ``ours``; it is told which account there is now."""
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode({'account': account.pk})}"
