"""What the pages of accounts show beside their form: the apps there are, the pop-up of each, and
what an account opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from connections.door import attempts, opening
from connections.door.admitting import warning
from connections.going_on import ours, with_account
from connections.models import Account, Connection, Container
from connections.uses import of_account
from connectors import registry


@dataclass(frozen=True, slots=True)
class AppCard:
    """An app to choose. ``accounts``: how many are connected already."""

    app: str
    label: str
    about: str
    accounts: int


@dataclass(frozen=True, slots=True)
class PopUp:
    """The app's own consent page, as a page of ours leads there.

    ``settings`` are the operator's, ``registration`` tells where they come from, ``callback`` is
    the address to register there. ``attempt`` is for one button.
    """

    is_open: bool
    settings: tuple[str, str]
    registration: str
    callback: str
    attempt: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A container of an account, and the connections that sync it."""

    container: Container
    connections: Sequence[Connection]


def app_of(request: HttpRequest) -> str:
    """The app that a new account is of; "" while none is chosen, or one that is not known."""
    asked = request.GET.get("app") or request.POST.get("app") or ""
    return asked if asked in registry.APPS else ""


def is_open(app: str) -> bool:
    door = opening.opened(app)
    return door is not None and door.is_open


def app_cards() -> list[AppCard]:
    accounts = dict(Account.objects.order_by().values_list("app").annotate(Count("pk")))
    return [
        AppCard(app, label, registry.connector_class(app).about, accounts.get(app, 0))
        for app, label in registry.choices()
    ]


def adding_page(request: HttpRequest) -> dict[str, Any]:
    app = app_of(request)
    label = registry.connector_class(app).label
    way_back = ours(request.GET.get("next", ""))
    accounts = Account.objects.filter(app=app).order_by("name")
    return {
        "title": f"Add an account at {label}",
        **_app_facts(app, request),
        "next": way_back,
        "accounts": [(account, _use_of(account, way_back)) for account in accounts],
    }


def _use_of(account: Account, way_back: str) -> str:
    """Where somebody goes on who uses an account that is connected already."""
    if way_back:
        return with_account(way_back, account)
    return reverse("admin:connections_account_change", args=[account.pk])


def account_page(account: Account, request: HttpRequest) -> dict[str, Any]:
    return {
        **_app_facts(account.app, request),
        "offered": _offered(account),
        "warning": warning(account),
        "has_ended": account.ends_at is not None and account.ends_at <= timezone.now(),
    }


def _app_facts(app: str, request: HttpRequest) -> dict[str, Any]:
    connector = registry.connector_class(app)
    return {
        "app": app,
        "app_name": connector.label,
        "about": connector.about,
        "container_word": connector.container_word,
        "pop_up": pop_up_of(app, request),
    }


def pop_up_of(app: str, request: HttpRequest) -> PopUp | None:
    """None: accounts of this app are authorised only by what people enter."""
    door = opening.opened(app)
    if door is None:
        return None
    return PopUp(
        is_open=door.is_open,
        settings=door.names,
        registration=door.registration,
        callback=opening.callback_url(request, app),
        attempt=attempts.new_id(),
    )


def _offered(account: Account) -> list[Offered]:
    connections = list(Connection.objects.filter(of_account(account)))
    return [
        Offered(container, [row for row in connections if container.pk in (row.a_id, row.b_id)])
        for container in account.containers.order_by("name", "pk")
    ]
