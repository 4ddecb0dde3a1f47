"""The first steps of a set-up: two apps, a container of an account for each, and out of these a
draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from connections.joining import begin_mapping, check_sides, read_fields
from connections.models import Beginning, Connection, Container
from connectors import registry
from connectors.errors import AppError


def begun() -> QuerySet[Beginning]:
    """The set-ups that were begun and are no draft yet, the newest first."""
    return Beginning.objects.select_related("a__account", "b__account", "by", "copy_of")


def begin(app_a: str, app_b: str, by: Any, a: Container | None = None) -> Beginning:
    """``by``: a user; ``a``: what side A is to be, where that is known already."""
    row = Beginning.objects.create(app_a=app_a, app_b=app_b, by=by)
    choose(row, {"a": a, "b": None})
    return row


def choose_apps(row: Beginning, app_a: str, app_b: str) -> None:
    """Other apps than before; what was chosen of an app that stays, stays."""
    if (row.app_a, row.app_b) != (app_a, app_b):
        row.copy_of = None  # its rules and mapping are about other apps
    row.app_a, row.app_b = app_a, app_b
    _update(row, app_a=app_a, app_b=app_b, copy_of=row.copy_of)
    choose(row, {side: row.container(side) for side in "ab"})


def begin_copy(connection: Connection, by: Any) -> Beginning:
    """A set-up for other accounts of the same apps, that begins with what this connection is told
    to do. ``by``: a user."""
    return Beginning.objects.create(
        app_a=connection.a.account.app, app_b=connection.b.account.app, copy_of=connection, by=by
    )


def choose(row: Beginning, chosen: Mapping[str, Container | None]) -> None:
    """Keep what was chosen, for who comes back later: by side a container of the side's app."""
    for side, container in chosen.items():
        is_of_app = container is not None and container.account.app == row.app(side)
        setattr(row, side, container if is_of_app else None)
    _update(row, a=row.a, b=row.b)


def _update(row: Beginning, **values: Any) -> None:
    """Of one that has become a draft meanwhile nothing: saving it would make it anew."""
    Beginning.objects.filter(pk=row.pk).update(**values)


def unreadable(chosen: Mapping[str, Container]) -> dict[str, AppError]:
    """By side why the app does not tell which fields there are.

    Takes as long as the apps do: not to be called inside a transaction.
    """
    faults = {}
    for side, container in chosen.items():
        try:
            read_fields(container)
        except AppError as error:
            faults[side] = error
    return faults


def become_draft(row: Beginning, a: Container, b: Container) -> Connection | None:
    """The draft with its default mapping, in place of the set-up; None: somebody was quicker.
    Raises BadSides. The fields of both containers have been read."""
    try:
        return _drafted(row, a, b)
    except IntegrityError:  # of two at once the other was first to have the name
        return _drafted(row, a, b)


@transaction.atomic
def _drafted(row: Beginning, a: Container, b: Container) -> Connection | None:
    deleted, _ = Beginning.objects.filter(pk=row.pk).delete()
    if not deleted:
        return None
    made = Connection(name=_name(a, b), a=a, b=b)
    check_sides(a, b, made)
    made.save()
    begin_mapping(made)
    return made


@transaction.atomic
def give_other_sides(connection: Connection, a: Container, b: Container) -> None:
    """Of a draft that has not run; its mapping begins anew. Raises BadSides."""
    check_sides(a, b, connection)
    connection.a, connection.b = a, b
    connection.save(update_fields=["a", "b"])
    begin_mapping(connection)


def _name(a: Container, b: Container) -> str:
    """Nobody else's; staff may change it."""
    labels = (registry.connector_class(side.account.app).label for side in (a, b))
    stem = " and ".join(labels)[:90].strip()
    return next(name for name in _numbered(stem) if not _is_taken(name))


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem} {number}" for number in count(2))


def _is_taken(name: str) -> bool:
    return Connection.objects.filter(name=name).exists()
