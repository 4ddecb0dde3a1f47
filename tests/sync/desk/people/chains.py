"""People who are in several apps, and connections from one to the next."""

from __future__ import annotations

from collections.abc import Sequence

from connections.accounts import open_account
from connections.joining import begin_mapping
from connections.models import Connection, Container, Record
from connectors.connector import Create, Delete
from connectors.contact import Contact
from tests.sync.desk.conftest import container, person, synced


def connected(name: str, a: Container, b: Container) -> Connection:
    made = Connection.objects.create(name=name, a=a, b=b)
    begin_mapping(made)
    synced(made)
    Connection.objects.filter(pk=made.pk).update(state=Connection.State.ACTIVE)
    return Connection.objects.get(pk=made.pk)


Chain = Sequence[Connection]


def make_chain() -> Chain:
    """Ada and Ben are in the first app, and come by two connections to the third; Cem comes from
    the third to the second, and no further."""
    crm = container("crm", person("Ada", job_title="Countess"), person("Ben"))
    phone = container("phone", person("Ada", job_title="Engineer"))
    news = container("news", person("Cem"))
    return [connected("crm-phone", crm, phone), connected("phone-news", phone, news)]


def come(where: Container, *contacts: Contact) -> None:
    """They are entered in the app."""
    connector = open_account(where.account)
    start = Record.objects.filter(container=where).count()
    writes = [Create(f"new{start + n}", one.fields) for n, one in enumerate(contacts)]
    for first in range(0, len(writes), 10):
        connector.write(where.remote_id, writes[first : first + 10])


def go(record: Record) -> None:
    """It is deleted in the app."""
    connector = open_account(record.container.account)
    connector.write(record.container.remote_id, [Delete(record.remote_id, record.version)])
