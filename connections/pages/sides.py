"""What is offered for each side of a connection: the accounts of its app with their containers,
and the ways to connect another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from connections.door.admitting import warning
from connections.forms.beginning import SidesForm
from connections.models import Account, Container, Side
from connections.pages.account_standing import CONDITION_LABEL, Condition, with_standing
from connections.pages.authorising import PopUp, pop_up_of
from connections.posted import row_of
from connectors import registry


@dataclass(frozen=True, slots=True)
class AccountOffered:
    """``condition`` in a word, with Unfold's colour of it; ``trouble``: why it is of no use just
    now, or soon. ``is_new``: it was just connected for this."""

    account: Account
    containers: Sequence[Container]
    condition: str
    colour: str
    trouble: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class SideOffered:
    """``chosen``: the pk of a container, as text. ``next``: where the account comes back to that is
    authorised (``pop_up``) or entered (``by_hand``) from here."""

    side: str
    app: str
    app_name: str
    container_word: str
    accounts: Sequence[AccountOffered]
    chosen: str
    errors: Sequence[str]
    pop_up: PopUp | None
    next: str
    by_hand: str


def sides_offered(
    request: HttpRequest, form: SidesForm, apps: Mapping[str, str], here: str
) -> list[SideOffered]:
    """``here``: the address of the page that shows them."""
    return [_offered(request, form, side, apps[side], here) for side in Side.values]


def newly_connected(request: HttpRequest, apps: Mapping[str, str]) -> dict[str, Container]:
    """Of the account that somebody comes back with, its one container, by the side it is for.
    Where there are several, the person chooses."""
    side = request.GET.get("side", "")
    account = _account_of(request, apps.get(side, ""))
    containers = list(account.containers.all()[:2]) if account else []
    return {side: containers[0]} if len(containers) == 1 else {}


def _offered(request: HttpRequest, form: SidesForm, side: str, app: str, here: str) -> SideOffered:
    connector = registry.connector_class(app)
    way_back = f"{here}?{urlencode({'side': side})}"
    adding = urlencode({"app": app, "next": way_back})
    new = _account_of(request, app) if request.GET.get("side") == side else None
    return SideOffered(
        side=side,
        app=app,
        app_name=connector.label,
        container_word=connector.container_word,
        accounts=_accounts(app, new),
        chosen=str(form[side].value() or ""),
        errors=[str(error) for error in form.errors.get(side, [])],
        pop_up=pop_up_of(app, request),
        next=way_back,
        by_hand=f"{reverse('admin:connections_account_add')}?{adding}",
    )


def _accounts(app: str, new: Account | None) -> list[AccountOffered]:
    """The one that was just connected first, then by name."""
    rows: Any = with_standing(Account.objects.filter(app=app), timezone.now())
    rows = rows.prefetch_related("containers").order_by("name")
    found = [_account(row, is_new=row == new) for row in rows]
    return sorted(found, key=lambda offered: not offered.is_new)


def _account(row: Any, *, is_new: bool) -> AccountOffered:
    condition = Condition(row.condition).label
    containers = sorted(row.containers.all(), key=lambda container: container.name.casefold())
    trouble = row.attention or warning(row)
    return AccountOffered(row, containers, condition, CONDITION_LABEL[condition], trouble, is_new)


def _account_of(request: HttpRequest, app: str) -> Account | None:
    return row_of(Account.objects.filter(app=app), request.GET.get("account", ""))
