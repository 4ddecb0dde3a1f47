"""Is the installation well? Asked by machines: without names, since anybody may ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from connections.accounts import broken
from connections.models import Account
from sync.database import DATABASE_STOPPED
from sync.watch.due import lag
from sync.watch.pulse import SILENCE, heard, last_heard

#: A connection that is due for longer finds no worker: they are too few, or stand still.
LATE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Check:
    """``says``: what is wrong and the remedy; "" where nothing is. ``number``: what was measured,
    in what its name says."""

    name: str
    says: str
    number: tuple[str, int | None] | None = None
    #: Is the installation unfit while this is wrong? An account is an app's and its owner's affair.
    counts: bool = True


def checks(now: datetime) -> list[Check]:
    """Those that could be made: without a database, or its tables, there is no more to ask."""
    try:
        missing = _migrations_to_come()
        database = Check("database", "")
        if missing:
            return [database, _migrations(missing)]
        return [database, _migrations(0), _worker(now), _due(now), _accounts(now)]
    except DATABASE_STOPPED:
        return [Check("database", "The database does not answer. See that it runs.")]


def as_json(found: list[Check]) -> Mapping[str, object]:
    return {
        "ready": all(not check.says for check in found if check.counts),
        **{
            check.name: {
                "ok": not check.says,
                **({"says": check.says} if check.says else {}),
                **(dict([check.number]) if check.number else {}),
            }
            for check in found
        },
    }


def _migrations_to_come() -> int:
    return len(_migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations()))


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    """A process has the code that it started with."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _migrations(missing: int) -> Check:
    says = "The database is that of another version. Run `manage.py migrate`." if missing else ""
    return Check("migrations", says, ("missing", missing))


def _worker(now: datetime) -> Check:
    latest = max(last_heard(now).values(), default=None)
    seconds = None if latest is None else max(0, int((now - latest).total_seconds()))
    minutes = SILENCE // timedelta(minutes=1)
    says = f"No worker was heard for {minutes} minutes. Start `manage.py worker`."
    return Check("worker", "" if heard(now) else says, ("heard_seconds_ago", seconds))


def _due(now: datetime) -> Check:
    late = lag(now)
    says = "A connection is due for long and not synced. See that the workers are not stuck."
    number = ("oldest_due_seconds", int(late.total_seconds()))
    return Check("connections", says if late > LATE else "", number)


def _accounts(now: datetime) -> Check:
    number = Account.objects.filter(broken(now)).count()
    says = "An account cannot be used. The desk tells which, and what to do." if number else ""
    return Check("accounts", says, ("broken", number), counts=False)
