"""Accounts and connections by the name that a person typed."""

from __future__ import annotations

from difflib import get_close_matches

from connections.models import Account, Connection
from connectors.errors import AskStaff


def account_named(name: str) -> Account:
    """Raises AskStaff, with what was probably meant, when there is none."""
    found = Account.objects.filter(name=name).first()
    if found is None:
        names = list(Account.objects.values_list("name", flat=True))
        raise AskStaff(f"There is no account {name!r}.", _meant(name, names))
    return found


def connection_named(name: str) -> Connection:
    """Raises AskStaff, with what was probably meant, when there is none."""
    found = Connection.objects.filter(name=name).first()
    if found is None:
        names = list(Connection.objects.values_list("name", flat=True))
        raise AskStaff(f"There is no connection {name!r}.", _meant(name, names))
    return found


def _meant(name: str, names: list[str]) -> str:
    if close := get_close_matches(name, names, n=1):
        return f"Did you mean {close[0]}?"
    return f"There is: {', '.join(names)}." if names else "None has been made yet."
