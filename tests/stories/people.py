"""Two memory apps and the connection *pair* between them, driven by the commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from connectors.contact import Contact, Entry, Value
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from tests.stories.installation import InThisProcess

NOTHING = {"requests": 1, "created": 0, "updated": 0, "marked": 0}


def person(first: str = "", *emails: str, **fields: Value) -> Contact:
    """Somebody with these e-mail addresses, the first one marked primary."""
    addresses = tuple(Entry(text, "", number == 0) for number, text in enumerate(emails))
    values: Mapping[str, Value] = {"first_name": first, "emails": addresses, **fields}
    return Contact({name: value for name, value in values.items() if value})


class Pair:
    """``a`` and ``b`` are the apps, held in the test's hands."""

    def __init__(self, home: InThisProcess, a: MemoryApp, b: MemoryApp) -> None:
        self.home, self.a, self.b = home, a, b

    def load(self, *options: str) -> None:
        """Make or change the connection; options are lines of the configuration file."""
        state = [] if any(line.startswith("state:") for line in options) else ["state: active"]
        lines = "".join(f"    {line}\n" for line in (*state, *options))
        said = self.home.load(
            "accounts:\n"
            "  - {name: one, app: memory, credentials: {name: one}}\n"
            "  - {name: two, app: memory, credentials: {name: two}}\n"
            "connections:\n"
            "  - name: pair\n    a: {account: one}\n    b: {account: two}\n" + lines
        )
        assert said.status == 0, said.err

    def sync(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        got, answer = self.home.sync("pair", *arguments)
        assert got == status, answer
        return answer

    def assert_quiet(self) -> None:
        answer = self.sync()
        assert (answer["a"], answer["b"]) == (NOTHING, NOTHING)

    def steps(self, *verbs: str) -> list[dict[str, Any]]:
        return [step for step in self.home.audit("pair") if step["verb"] in verbs]


def texts(app: MemoryApp, id: str, field: str) -> list[str]:
    """The values of a field, in the app's order."""
    value = app.contacts()[id].get(field)
    return [value] if isinstance(value, str) else [str(entry.value) for entry in value]


def names(app: MemoryApp) -> list[str]:
    return sorted(contact.name for contact in app.contacts().values())


@contextmanager
def two_apps(
    home: InThisProcess, a: Quirks | None = None, b: Quirks | None = None
) -> Iterator[Pair]:
    apps = MemoryApp(timezone.now, a), MemoryApp(timezone.now, b)
    store.placed["one"], store.placed["two"] = apps
    try:
        yield Pair(home, *apps)
    finally:
        store.placed.clear()


def in_sync(people: Pair, first: str, address: str) -> tuple[str, str]:
    """Somebody made in a and synced; the ids in a and b."""
    one = people.a.add(person(first, address, job_title="Boss", notes="Old note"))
    people.sync()
    [two] = [id for id in people.b.contacts() if texts(people.b, id, "emails") == [address]]
    return one, two
