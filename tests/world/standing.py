"""A stand-in of a real app as an app of the world: people's hands on one side of it, the requests
of the real connector on the other, and all that happens to its contacts in the journal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from connectors.connector import Received, World
from connectors.contact import Contact, Entry, Segment, Value, as_entries
from connectors.memory.app import Version, quiet
from connectors.memory.quirks import Quirks
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.stand_in import StandIn
from tests.connectors.contactually.partner import People as AtContactually
from tests.connectors.google.partner import People as AtGoogle
from tests.connectors.mailchimp.partner import People as AtMailchimp
from tests.connectors.wire import ORIGIN, Wired
from tests.world.app import Entry as JournalEntry
from tests.world.app import Journal
from tests.world.clock import Clock
from tests.world.words import person_of

#: Of the access that is granted.
SCOPE = "https://www.googleapis.com/auth/contacts"
#: What the settings say of apps that live in this process: one request at a time, no quotas.
SETTINGS = {
    "CONTACTUALLY_API_URL": f"{ORIGIN}/contactually/v2",
    "GOOGLE_API_URL": f"{ORIGIN}/google",
    "GOOGLE_TOKEN_URL": f"{ORIGIN}/google/token",
    "MAILCHIMP_API_URL": f"{ORIGIN}/mailchimp/3.0",
    "CONTACTUALLY_CONNECTIONS": "1",
    "MAILCHIMP_CONNECTIONS": "1",
    "CONTACTUALLY_REQUESTS_PER_MINUTE": "0",
    "GOOGLE_READS_PER_MINUTE": "0",
    "GOOGLE_WRITES_PER_MINUTE": "0",
    "GOOGLE_LABEL_WRITES_PER_MINUTE": "0",
}


@dataclass(frozen=True)
class Facts:
    """``fields``: of the world's fields those that the app holds. ``listing``: of which requests
    a reading of changes consists. ``refuses_stale``: it refuses a write to what changed.
    ``silence``: requests of a reading that finds nothing. ``segment``: what it calls a tag.
    ``statuses``: of consent. ``grants``: its access tokens end, and are renewed. ``is_final``: who
    was deleted is not taken again."""

    people: Callable[[Sandbox, World], Any]
    fields: tuple[str, ...]
    listing: str
    refuses_stale: bool = False
    silence: int = 1
    one_address: bool = False
    #: Seconds until a complete reading tells of deletions; 0: any reading does.
    deletions_after: int = 0
    segment: str = "tag"
    statuses: tuple[str, ...] = ()
    grants: bool = False
    is_final: bool = False


FACTS: Mapping[str, Facts] = {
    "contactually": Facts(
        AtContactually,
        ("first_name", "last_name", "company", "job_title", "emails", "phones", "urls"),
        r"GET /contactually/v2/contacts\?",
        deletions_after=90_000,
    ),
    "google": Facts(
        AtGoogle,
        ("first_name", "last_name", "company", "job_title", "notes", "emails", "phones", "urls"),
        r"GET /google/v1/people/me/connections\?.*[sS]yncToken",
        refuses_stale=True,
        segment="label",
        grants=True,
    ),
    "mailchimp": Facts(
        AtMailchimp,
        ("first_name", "last_name", "emails"),
        r"GET /mailchimp/3.0/lists/[^/]+/members\?",
        silence=2,
        one_address=True,
        deletions_after=700_000,
        statuses=("subscribed", "unsubscribed"),
        is_final=True,
    ),
}


class StandInApp:
    """``quirks`` tells the judge what it may expect."""

    picky = ""

    def __init__(
        self,
        side: str,
        app: str,
        sandbox: Sandbox,
        clock: Clock,
        journal: Journal,
        quirks: Mapping[str, Any],
    ) -> None:
        self.side, self.app, self.facts = side, app, FACTS[app]
        self.now, self.journal = clock.now, journal
        self.interrupt: Callable[[str, str], None] = quiet
        self.people: dict[str, list[Version]] = {}
        stand_in = sandbox.apps[app]
        stand_in.quirks = replace(stand_in.quirks, **quirks)
        self.quirks = Quirks(
            conditional_writes=self.facts.refuses_stale,
            lag=quirks.get("lag", 0),
            normalise=True,
            archives=False,
            statuses=self.facts.statuses,
        )
        wires = {ORIGIN: Wired(sandbox)}
        eyes = World(clock.now, clock.tick, Path(), settings=SETTINGS, wires=wires)
        self.partner = self.facts.people(sandbox, eyes)
        self._eyes = self.partner.connector()
        self.credentials: Mapping[str, str] = self.partner.credentials
        if self.facts.grants:
            self.credentials = _granted(stand_in, self.partner.account)
        self._number = 0
        self._shown: dict[str, Any] = {}

    @property
    def absorbed(self) -> Mapping[str, Sequence[str]]:
        """By id whom it took in: of none of these apps that is tried."""
        return {}

    def call_of(self, method: str, path: str, query: str) -> str:
        if path.endswith("/token"):
            return "token"
        asked = re.match(self.facts.listing, f"{method} {path}?{query}")
        return "changes" if asked else "read" if method == "GET" else "write"

    # --- what people do ---

    def add(self, contact: Contact) -> str:
        fields = {name: contact.get(name) for name in self.facts.fields if contact.get(name)}
        if self.facts.one_address and "emails" not in fields:
            return ""  # it knows nobody without an address
        made = Contact(self._typed(fields), contact.segments, self.partner.status)
        id = self.partner.add(made)
        self.note()
        return id

    def edit(self, id: str, changes: Mapping[str, Value]) -> None:
        self.partner.edit(id, self._typed(changes))
        self.note()

    def remove(self, id: str) -> None:
        self.partner.delete(id)
        self.note()

    def tag(self, id: str, add: frozenset[Segment], remove: frozenset[Segment]) -> None:
        for segment in add:
            self.partner.tag(id, segment)
        for segment in remove:
            self.partner.untag(id, segment)
        self.note()

    def unsubscribe(self, id: str) -> None:
        self.partner.unsubscribe(id)
        self.note()

    def subscribe(self, id: str) -> None:
        self.partner.hands.subscribe(id)
        self.note()

    def contacts(self) -> dict[str, Contact]:
        latest = {id: versions[-1].contact for id, versions in self.people.items()}
        return {id: contact for id, contact in latest.items() if contact is not None}

    def refuses(self, contact: Contact) -> bool:
        return False

    # --- what became of it ---

    def note(self) -> None:
        """Write down what changed since the last look, whoever did it."""
        there = self.partner.hands.all()
        changed = [id for id in there if self._shown.get(id) != there[id]]
        lost = [id for id in self._shown if id not in there]
        self._shown = there
        for id, found in zip(changed, self._read(changed), strict=True):
            self._keep(id, found)
        for id in lost:
            self._keep(id, None)

    def _read(self, ids: list[str]) -> list[Contact]:
        found = self._eyes.read(self.partner.container, ids) if ids else []
        contacts = [item.contact for item in found if isinstance(item, Received) and item.contact]
        assert len(contacts) == len(ids)
        return [self._listed(contact) for contact in contacts]

    def _keep(self, id: str, after: Contact | None) -> None:
        versions = self.people.setdefault(id, [])
        before = versions[-1].contact if versions else None
        if before == after:
            return
        known = next((x.contact for x in reversed(versions) if x.contact), None)
        somebody = after or known
        assert somebody is not None
        self._number += 1
        versions.append(Version(self._number, self.now(), after))
        self.journal.entries.append(
            JournalEntry(
                self.side, id, person_of(somebody), self.now(), before, after,
                self.journal.run, self.journal.event,
            )
        )  # fmt: skip

    # --- one address or several ---

    def _typed(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """As the app has it: one address where it holds one."""
        typed = dict(fields)
        if self.facts.one_address and "emails" in fields:
            typed["emails"] = str(as_entries(fields["emails"])[0].value)
        return typed

    def _listed(self, contact: Contact) -> Contact:
        """As the judge wants it: addresses are a list everywhere, and the order of a list, which
        an app may show anew each time, means nothing."""
        emails = contact.get("emails")
        listed = {"emails": (Entry(emails),)} if isinstance(emails, str) and emails else {}
        fields: dict[str, Value] = {
            name: tuple(sorted(value, key=str)) if isinstance(value, tuple) else value
            for name, value in {**contact.fields, **listed}.items()
        }
        return contact.with_fields(fields)


def _granted(stand_in: StandIn, account: str) -> Mapping[str, str]:
    """As somebody authorised it: access tokens end after an hour."""
    client = {"client_id": "client", "client_secret": "secret"}
    stand_in.oauth.register(*client.values(), ["http://localhost/"])
    grant = stand_in.tokens.issue(
        account, scope=SCOPE, lifetime=3599, refreshable=True, client=client["client_id"]
    )
    return {**client, "refresh_token": grant.refresh}
