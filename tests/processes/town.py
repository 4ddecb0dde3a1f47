"""Memory apps and connections between them, all in one folder, which many processes use."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.utils import timezone

from connections.accounts import keep_container, open_account, refresh_catalogue
from connections.mappings import default_lines
from connections.models import Account, Connection, Container, FieldMapping
from connections.vault import seal
from connectors.contact import Contact, entries
from connectors.memory import store
from connectors.memory.app import MemoryApp


class Town:
    def __init__(self, var: Path) -> None:
        self._var = var

    def account(self, name: str, contacts: int = 0) -> Container:
        app = MemoryApp(timezone.now)
        for number in range(contacts):
            address = f"{name}-{number}@example.org"
            app.add(Contact({"first_name": f"{name} {number}", "emails": entries([address])}))
        store.keep(app, name, self._var)
        account = Account.objects.create(name=name, app="memory", sealed=seal({"name": name}))
        connector = open_account(account)
        made = keep_container(account, connector.containers()[0])
        refresh_catalogue(made, connector, timezone.now())
        return made

    def connect(self, name: str, a: Container, b: Container) -> Connection:
        """Still a draft; once active it is due, and not again within a test."""
        made = Connection.objects.create(name=name, a=a, b=b, direction="a-to-b", interval=24 * 60)
        lines = default_lines(a.catalogue, b.catalogue)
        FieldMapping.objects.bulk_create(
            FieldMapping(connection=made, position=number, **line._asdict())
            for number, line in enumerate(lines)
        )
        return made

    def people(self, name: str) -> Counter[str]:
        """Of an app: how often each name is there."""
        with store.opened(name, self._var, timezone.now) as app:
            return Counter(contact.text("first_name") for contact in app.contacts().values())
