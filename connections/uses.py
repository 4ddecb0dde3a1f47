"""Which connections use an account or a container, on either side: as a condition of connections.
An id does as well as the row, and so does a reference to an outer query."""

from __future__ import annotations

from typing import Any

from django.db.models import Q


def of_account(account: Any) -> Q:
    return Q(a__account=account) | Q(b__account=account)


def of_container(container: Any) -> Q:
    return Q(a=container) | Q(b=container)
