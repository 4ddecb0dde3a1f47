"""The scene of the demo: who is in which app at the beginning, and what they change later."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from random import Random

from connections.accounts import open_account
from connections.models import Account, Container
from connectors.connector import Connector, Create, Received, Update
from connectors.contact import Contact, Entry, Value
from sync.management.demo.people import SEED, as_known_elsewhere, people, without_email

CONFIGURATION = """
accounts:
  - name: alice
    app: carddav
    credentials: {url: "${ALICE_URL}", username: alice, password: "${PASSWORD}"}
  - name: office
    app: carddav
    credentials: {url: "${OFFICE_URL}", username: office, password: "${PASSWORD}"}
  - {name: crm, app: memory, credentials: {name: crm}}
  - {name: club, app: memory, credentials: {name: club}}
connections:
  - name: phone-team
    a: {account: alice, container: Phone}
    b: {account: office, container: Team}
    region: BE
    interval: 1
  - name: crm-customers
    a: {account: crm}
    b: {account: office, container: Customers}
    direction: a-to-b
    interval: 1
  - name: club-friends
    a: {account: club}
    b: {account: alice, container: Friends}
    avoid_duplicates: false
"""
#: Those that are started; the other stays a draft, to try the preview on.
STARTED = ("phone-team", "crm-customers")


def furnish() -> None:
    """Put people into the apps, as if they had been there for years."""
    everybody = people(110)
    random = Random(SEED)
    phone, team = everybody[:50], [as_known_elsewhere(one, random) for one in everybody[25:50]]
    phone += [without_email(one) for one in everybody[50:54]]
    team += everybody[54:66]
    team.append(team[0].with_fields({"first_name": "Reception", "last_name": ""}))
    fill("alice", "Phone", phone)
    fill("office", "Team", team)
    fill("crm", "", everybody[66:86])
    fill("office", "Customers", [as_known_elsewhere(one, random) for one in everybody[80:90]])
    fill("club", "", everybody[90:102])
    fill("alice", "Friends", everybody[98:110])


def later() -> None:
    """A busy afternoon: edits on both sides, one of them of the same field of one person."""
    moved: Value = (Entry("+32 470 12 34 56", "mobile"),)
    change("alice", "Phone", {0: {"phones": moved}, 1: {"notes": "On leave until January."}})
    change("alice", "Phone", {35: {"job_title": "Partner"}, 36: {"company": "Harbour & Sons"}})
    change("office", "Team", {10: {"job_title": "Head of purchasing"}, 11: {"notes": "VIP"}})


def fill(account: str, container: str, contacts: Iterable[Contact]) -> None:
    with closing(_opened(account)) as connector:
        place = _place(account, container)
        if any(page.received for page in connector.changes(place, "", lambda ids: {})):
            return  # an earlier start was interrupted after this
        made = (
            Create(_marker(place, number), contact.fields)
            for number, contact in enumerate(contacts)
        )
        _write(connector, place, list(made))


def change(account: str, container: str, edits: Mapping[int, Mapping[str, Value]]) -> None:
    """Edit the contacts at these places of the order in which ``fill`` made them."""
    with closing(_opened(account)) as connector:
        place = _place(account, container)
        ids = [connector.chosen_id(place, _marker(place, number)) for number in edits]
        found = connector.read(place, ids)
        updates = [
            Update(card.id, card.version, card.raw, fields)
            for card, fields in zip(found, edits.values(), strict=True)
            if isinstance(card, Received)
        ]
        _write(connector, place, updates)


def _write(connector: Connector, place: str, writes: Sequence[Create | Update]) -> None:
    batch = connector.capabilities.batch
    for start in range(0, len(writes), batch):
        for result in connector.write(place, writes[start : start + batch]):
            if isinstance(result, Exception):
                raise result


def _marker(place: str, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{place}#{number}"))


def _opened(account: str) -> Connector:
    return open_account(Account.objects.get(name=account))


def _place(account: str, container: str) -> str:
    rows = Container.objects.filter(account__name=account)
    return (rows.get(name=container) if container else rows.get()).remote_id
