from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from connections.accounts import keep_container, open_account, refresh_catalogue
from connections.joining import begin_mapping
from connections.models import Account, Connection, Container
from connections.vault import seal
from connectors.connector import Create
from connectors.contact import Contact, entries
from sync.host import this_process
from sync.models import Run
from sync.queue import ask_for_run
from sync.run import perform


def container(name: str, *contacts: Contact) -> Container:
    """That of a memory app of this name, with these contacts in it."""
    account = Account.objects.create(
        name=name, app="memory", identity=f"memory:{name}", sealed=seal({"name": name})
    )
    connector = open_account(account)
    made = keep_container(account, connector.containers()[0])
    refresh_catalogue(made, connector, timezone.now())
    writes = [Create(f"{name}{number}", one.fields) for number, one in enumerate(contacts)]
    for start in range(0, len(writes), 10):
        connector.write(made.remote_id, writes[start : start + 10])
    return made


def person(name: str, **fields: str) -> Contact:
    emails = entries([f"{name.lower()}@example.org"], "home")
    return Contact({"first_name": name, "emails": emails, **fields})


def synced(connection: Connection) -> Run:
    return perform(ask_for_run(connection, approved=True).pk, host=this_process())


@pytest.fixture
def connection(db: None, var: Path) -> Connection:
    """A draft with its default mapping: Ada on both sides, with two job titles; Ben only in a."""
    made = Connection.objects.create(
        name="pair",
        a=container("one", person("Ada", job_title="Countess"), person("Ben")),
        b=container("two", person("Ada", job_title="Engineer")),
    )
    begin_mapping(made)
    return made


@pytest.fixture
def desk(db: None) -> Client:
    """The browser of an administrator."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """The browser of somebody who may look at everything, and do nothing."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client
