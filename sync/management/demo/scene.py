"""The scene of the demo: who is in which app at the beginning, and what people do there later."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from connectors.contact import Contact
from connectors.sandbox.sandbox import Sandbox
from sync.management.demo import shapes
from sync.management.demo.books import Books
from sync.management.demo.people import SEED, as_known_elsewhere, people, without_email

CONFIGURATION = """
accounts:
  - name: crm
    app: contactually
    credentials: {access_token: "${CONTACTUALLY}"}
  - name: phonebook
    app: google
    credentials: {access_token: "${GOOGLE}"}
  - name: newsletter
    app: mailchimp
    credentials: {api_key: "${MAILCHIMP}"}
  - name: office
    app: carddav
    credentials: {url: "${OFFICE_URL}", username: office, password: "${OFFICE}"}
connections:
  - name: crm-phonebook
    a: {account: crm}
    b: {account: phonebook}
    region: BE
    interval: 1
    sync_deletions: [b-to-a]
    rules:
      - name: Clients
        from: a
        if:
          - {kind: bucket, op: in, value: Clients}
        then:
          - {kind: add label, value: Client}
        undo: true
      - name: Prospects in Antwerp
        from: a
        if:
          - {kind: bucket, op: in, value: Prospects}
          - {kind: field, field: addresses.city, op: is, value: Antwerpen}
        then:
          - {kind: add label, value: Prospect}
        undo: true
      - name: Met at the fair
        from: b
        if:
          - {kind: label, op: has, value: Fair 2026}
        then:
          - {kind: add tag, value: Fair 2026}
          - {kind: add to bucket, value: Prospects}
  - name: newsletter-crm
    a: {account: newsletter, container: Newsletter}
    b: {account: crm}
    direction: a-to-b
    interval: 1
    sync_unsubscribes: [a-to-b]
    rules:
      - name: Subscribers
        from: a
        if:
          - {kind: status, op: in, value: subscribed}
        then:
          - {kind: add tag, value: Subscriber}
        undo: true
      - name: Who unsubscribed
        from: a
        if:
          - {kind: unsubscribed}
  - name: crm-clients
    a: {account: crm}
    b: {account: newsletter, container: Clients}
    direction: a-to-b
    interval: 1
    new_status: subscribed
    rules:
      - name: Invited
        from: a
        if:
          - {kind: tag, op: has, value: Invite}
        then:
          - {kind: add tag, value: From the CRM}
  - name: crm-office
    a: {account: crm}
    b: {account: office, container: Customers}
    direction: a-to-b
    rules:
      - name: Clients
        from: a
        if:
          - {kind: bucket, op: in, value: Clients}
        then:
          - {kind: add category, value: Client}
"""
#: Those that are started; the other stays a draft, to try the preview on.
STARTED = ("crm-phonebook", "newsletter-crm", "crm-clients")
DRAFT = "crm-office"
STAFF = "staff@harbour.example"
_TOKENS = "demo/token"


def secrets_of(sandbox: Sandbox, books: Books) -> dict[str, str]:
    """What stands for ${NAME} in the configuration: tokens as staff copy them from the apps."""
    tokens = {app: sandbox.store.get(_TOKENS, app) for app in sandbox.apps}
    found = {app.upper(): str(kept["token"]) for app, kept in tokens.items() if kept}
    return {**found, "OFFICE_URL": books.url("office"), "OFFICE": books.password}


def furnish(sandbox: Sandbox, books: Books) -> None:
    """Put people into the apps, as if they had been there for years. An earlier start may have
    been interrupted after this."""
    if sandbox.store.get(_TOKENS, "mailchimp"):
        return
    everybody, random = people(300), Random(SEED)
    with sandbox.store.transaction():
        hands = {app: _account(sandbox, app) for app in sandbox.apps}
        _fill_crm(hands["contactually"], everybody[:140], random)
        _fill_phonebook(hands["google"], everybody, random)
        _fill_newsletter(hands["mailchimp"], everybody, random)
        _fill_blog(hands["ghost"], everybody[205:230])
    known = [as_known_elsewhere(one, random) for one in everybody[:15]]
    books.fill("office", "customers", [*known, *everybody[260:]])


def _account(sandbox: Sandbox, app: str) -> Any:
    token = secrets.token_urlsafe(18)
    token += "-us1" if app == "mailchimp" else ""
    if app == "ghost":
        token = f"{secrets.token_hex(12)}:{secrets.token_hex(32)}"
    account = sandbox.apps[app].open_account(STAFF, "Harbour & Sons", token)
    sandbox.store.put(_TOKENS, app, {"token": token, "account": account})
    return sandbox.apps[app].hands(account)


def _fill_crm(crm: Any, contacts: Sequence[Contact], random: Random) -> None:
    crm.define_field("Segment", "dropdown", ("Small", "Large"))
    buckets = [crm.add_bucket(name) for name in ("Clients", "Prospects", "Cold")]
    for place, contact in enumerate(contacts):
        tags = ["Invite"] if place % 4 == 0 else []
        id = crm.add(shapes.contactually(contact, tags))
        crm.put_in(id, buckets[0 if place < 60 else 1 if place < 110 else 2])


def _fill_phonebook(phonebook: Any, everybody: Sequence[Contact], random: Random) -> None:
    """Half of whom the CRM has, and others, some met at a fair and most of them private."""
    known = [as_known_elsewhere(one, random) for one in everybody[30:110]]
    fair, family = phonebook.add_label("Fair 2026"), phonebook.add_label("Family")
    for contact in known:
        phonebook.add(shapes.google(contact))
    for place, contact in enumerate(everybody[140:210]):
        nameless = without_email(contact) if place % 15 == 0 else contact
        id = phonebook.add(shapes.google(nameless))
        phonebook.label(id, fair if place < 25 else family)


def _fill_newsletter(newsletter: Any, everybody: Sequence[Contact], random: Random) -> None:
    readers = newsletter.audience(newsletter.add_audience("Newsletter"))
    for place, contact in enumerate([*everybody[100:130], *everybody[210:260]]):
        id = readers.add(shapes.mailchimp(contact))
        if place % 12 == 0:
            readers.unsubscribe(id)
    clients = newsletter.audience(newsletter.add_audience("Clients"))
    for contact in everybody[0:9]:
        clients.add(shapes.mailchimp(contact))


def _fill_blog(blog: Any, everybody: Sequence[Contact]) -> None:
    """A site that nothing is connected with yet."""
    for place, contact in enumerate(everybody):
        id = blog.add(shapes.ghost(contact, ["Harbour tour"] if place % 4 == 0 else []))
        if place % 9 == 0:
            blog.unsubscribe(id)


def later(sandbox: Sandbox) -> None:
    """A busy afternoon in the apps."""
    crm, phonebook, newsletter = (
        hands_of(sandbox, app) for app in ("contactually", "google", "mailchimp")
    )
    everybody = people(300)
    in_crm, in_google = by_address(crm.all()), by_address(phonebook.all())
    moved, left, married, promoted = (
        everybody[place].text("emails").casefold() for place in (0, 31, 32, 33)
    )
    crm.edit(in_crm[moved], {"phone_numbers": [{"label": "Mobile", "number": "+32 470 12 34 56"}]})
    crm.edit(in_crm[married], {"last_name": "Peeters-Maes"})
    phonebook.edit(in_google[promoted], {"organizations": [{"title": "Partner"}]})
    # The same field on both sides: the CRM wins, and the other value is kept in the audit log.
    crm.edit(in_crm[promoted], {"title": "Managing partner"})
    phonebook.delete(in_google[left])
    readers = readers_of(newsletter)
    readers.unsubscribe(subscribed(readers)[0])


def hands_of(sandbox: Sandbox, app: str) -> Any:
    """What people do in the account that the demo has there."""
    return sandbox.apps[app].hands(str((sandbox.store.get(_TOKENS, app) or {})["account"]))


def readers_of(newsletter: Any) -> Any:
    audiences = newsletter.audiences().items()
    return newsletter.audience(next(id for id, name in audiences if name == "Newsletter"))


def subscribed(readers: Any) -> list[str]:
    """Ids, in an order that stays."""
    members = readers.all().items()
    return sorted(id for id, member in members if member["status"] == "subscribed")


def by_address(records: Mapping[str, Any]) -> dict[str, str]:
    """Ids by the first address, whatever the app calls it."""
    found = {}
    for id, record in records.items():
        emails = record.get("email_addresses") or record.get("emailAddresses") or []
        for email in emails[:1]:
            found[str(email.get("address") or email.get("value")).casefold()] = id
    return found
