"""Everything in the database moves to another one, such as from a SQLite file to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DataError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.utils import timezone

from sync.leases import in_force
from sync.models import Heartbeat, Lease

#: The database of the installation, and that of NEW_DATABASE_URL (config.settings).
OLD, NEW = "default", "new"
#: A worker that lives gave a sign within this time: a heartbeat, or the lease of its run.
RECENT = timedelta(seconds=45)
#: Rows in one go.
CHUNK = 2_000


class CannotMove(Exception):
    """Why, and what to do; the new database is as it was, but for empty tables."""


@dataclass(frozen=True, slots=True)
class Table:
    model: type[Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def count(self, using: str) -> int:
        return self.model._base_manager.using(using).count()


def move(tell: Callable[[str, int], None]) -> int:
    """Copies every row, and says of each table how many; all or nothing. The number of rows.

    While it reads nobody can write to a SQLite file; of other databases it sees one moment.
    """
    _check_rest()
    _check_same_place()
    call_command("migrate", database=NEW, verbosity=0)
    tables = [Table(model) for model in _models()]
    _check_unused()
    with transaction.atomic(using=OLD), transaction.atomic(using=NEW):
        _see_one_moment()
        # Migrations and Django have filled some, with other numbers than the old ones have.
        _empty(tables)
        for table in tables:
            _copy(table)
            tell(table.name, _checked(table))
        _number_on(tables)
        return sum(table.count(NEW) for table in tables)


def _models() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _check_rest() -> None:
    executor = MigrationExecutor(connections[OLD])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotMove("The database is of another version. Run `manage.py migrate` first.")
    now = timezone.now()
    beat = Heartbeat.objects.using(OLD).filter(at__gt=now - RECENT, at__lte=now).exists()
    if beat or Lease.objects.using(OLD).filter(in_force(now)).exclude(owner="").exists():
        raise CannotMove(
            "A worker or a sync is running, or was a moment ago. Stop the worker and the web, "
            "and try again in a minute."
        )


def _check_same_place() -> None:
    old, new = (connections[alias].settings_dict for alias in (OLD, NEW))
    if all(old[word] == new[word] for word in ("ENGINE", "NAME", "HOST", "PORT")):
        raise CannotMove("NEW_DATABASE_URL is the database that is in use already.")


def _check_unused() -> None:
    """Groups, permissions and the like are in a new database; what people made is not."""
    for label in ("auth.User", "connections.Account", "connections.Connection", "sync.Run"):
        if (table := Table(apps.get_model(label))).count(NEW):
            raise CannotMove(
                f"The new database is in use: there are rows in {table.name}. Nothing was "
                "changed. Name an empty database in NEW_DATABASE_URL."
            )


def _see_one_moment() -> None:
    if connections[OLD].vendor == "postgresql":
        with connections[OLD].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _empty(tables: Sequence[Table]) -> None:
    """References are checked at the end, so that the order does not matter."""
    with connections[NEW].cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {_quoted(table.name)}")


def _copy(table: Table) -> None:
    """As it stands: no default, no ``auto_now`` and no signal has a say."""
    fields = [field for field in table.model._meta.concrete_fields if not field.generated]
    columns = ", ".join(_quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {_quoted(table.name)} ({columns}) VALUES ({places})"
    rows = table.model._base_manager.using(OLD).order_by("pk").iterator(CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        values = [[_stored(field, item) for field in fields] for item in chunk]
        try:
            with connections[NEW].cursor() as cursor:
                cursor.executemany(statement, values)
        except DataError as error:
            raise CannotMove(
                f"The new database does not take a row of {table.name} between {chunk[0].pk} and "
                f"{chunk[-1].pk}: {error}"
            ) from error


def _stored(field: Any, item: Model) -> Any:
    return field.get_db_prep_save(getattr(item, field.attname), connections[NEW])


def _checked(table: Table) -> int:
    there, here = table.count(OLD), table.count(NEW)
    if there != here:
        raise CannotMove(f"Of {there} rows of {table.name} only {here} arrived.")
    return here


def _number_on(tables: Sequence[Table]) -> None:
    """The next row gets a number of its own."""
    models = [table.model for table in tables]
    with connections[NEW].cursor() as cursor:
        for statement in connections[NEW].ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _quoted(name: str) -> str:
    return connections[NEW].ops.quote_name(name)
