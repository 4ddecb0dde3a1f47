"""An account that was authorised in a browser, at work: synced with a phone book of ours."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from django.utils import timezone

from connections.accounts import open_account, refresh_catalogue
from connections.joining import begin_mapping
from connections.models import Account, Connection, Record
from sync.host import this_process
from sync.models import Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from sync.telling import Report
from tests.connectors.conformance import reading
from tests.sync.desk.conftest import container


def names_in(account: Account) -> list[str]:
    """Who is in its one container, as its connector reads it with what was authorised."""
    with closing(open_account(account)) as connector:
        found = reading(connector, account.containers.get().remote_id).contacts
    return sorted(contact.name for contact in found.values() if contact)


def row_of(account: Account) -> dict[str, Any]:
    """All that is stored of it."""
    return Account.objects.values().get(pk=account.pk)


def connected(account: Account) -> Connection:
    """With an empty memory app as its side b."""
    mine = account.containers.get()
    with closing(open_account(account)) as connector:
        refresh_catalogue(mine, connector, timezone.now())
    made = Connection.objects.create(
        name="pair",
        a=mine,
        b=container("phonebook"),
        state=Connection.State.ACTIVE,
        new_status=Connection.NewStatus.SUBSCRIBED if account.app == "mailchimp" else "",
    )
    begin_mapping(made)
    return made


def synced(connection: Connection, report: Report = lambda run: None) -> Run:
    """A run: that which waits already, or one that is asked for. ``report`` is told how far it
    is."""
    waiting = Run.objects.filter(connection=connection, finished_at=None).first()
    asked = waiting or ask_for_run(connection)
    return perform(asked.pk, host=this_process(), report=report)


def wrote(run: Run) -> list[tuple[str, str]]:
    return sorted(Step.objects.filter(run=run).values_list("verb", "name"))


def in_phonebook(connection: Connection) -> list[str]:
    rows = Record.objects.filter(container=connection.b, gone_at=None)
    return sorted(rows.values_list("title", flat=True))


def links_of(connection: Connection) -> list[tuple[int, str]]:
    """By id who belongs to whom."""
    rows = SyncRecord.objects.filter(connection=connection)
    return list(rows.order_by("title").values_list("pk", "title"))


def cursor_of(connection: Connection) -> str:
    """How far side a was read."""
    connection.a.refresh_from_db()
    return connection.a.cursor
