"""Joining two containers: what is refused, and the mapping to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from django.utils import timezone

from connections.accounts import open_account, refresh_catalogue
from connections.mappings import default_lines
from connections.models import Connection, Container, FieldMapping
from connectors.errors import AskStaff


class BadSides(AskStaff):
    """Two containers that cannot be joined. ``sides``: those that the refusal is about."""

    def __init__(self, message: str, remedy: str, sides: str = "ab") -> None:
        super().__init__(message, remedy)
        self.sides = sides


def check_sides(a: Container, b: Container, connection: Connection) -> None:
    """Raises BadSides for one container on both sides, the two of another connection, or a
    container that another connection reaches by another account."""
    others = Connection.objects.exclude(pk=connection.pk).select_related("a__account", "b__account")
    taken = {other.name: (place_of(other.a), place_of(other.b)) for other in others}
    check_places(place_of(a), place_of(b), taken)


@dataclass(frozen=True, slots=True)
class Place:
    """A container as its app knows it, whichever account it is reached by."""

    app: str
    identity: str
    remote_id: str
    account: str = field(compare=False)
    name: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.account} · {self.name}"


def place_of(container: Container) -> Place:
    account = container.account
    identity = account.identity or f"account {account.name}"
    return Place(account.app, identity, container.remote_id, account.name, container.name)


def check_places(a: Place, b: Place, taken: Mapping[str, tuple[Place, Place]]) -> None:
    """The rules of ``check_sides``; ``taken`` holds the two sides of every other connection.

    One container by two accounts would be mirrored twice and written under two leases.
    """
    if a == b:
        raise BadSides(f"Both sides are {a}.", "Give one another container.")
    for name, sides in taken.items():
        if {a, b} == set(sides):
            raise BadSides(
                f"{a} and {b} are joined by connection {name} already.",
                "Change that one, or give this one another container.",
            )
        for side, mine in (("a", a), ("b", b)):
            others = (other.account for other in sides if other == mine)
            if theirs := next((name for name in others if name != mine.account), ""):
                raise BadSides(
                    f"Connection {name} reaches {mine.name} by the account {theirs}.",
                    "Use that account here too.",
                    side,
                )


def read_fields(container: Container) -> None:
    """Ask the app what the container offers, if that is not known yet. Raises AppError.

    Takes as long as the app does: not to be called inside a transaction.
    """
    if container.catalogue_at is None:
        read_fields_again(container)


def read_fields_again(container: Container) -> None:
    """As ``read_fields``, of what may be known by now and be another."""
    with closing(open_account(container.account)) as connector:
        refresh_catalogue(container, connector, timezone.now())


def begin_mapping(connection: Connection) -> None:
    """The default lines of the two sides, in place of any there are."""
    connection.mappings.all().delete()
    lines = default_lines(connection.a.catalogue, connection.b.catalogue)
    FieldMapping.objects.bulk_create(
        FieldMapping(connection=connection, position=position, a=a, arrow=arrow, b=b, default=True)
        for position, (a, arrow, b) in enumerate(lines)
    )
