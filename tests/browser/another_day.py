"""What people do in the demo's apps on another day, so that the desk has something to tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.sandbox.sandbox import Sandbox
from sync.management.demo import shapes
from sync.management.demo.people import people
from sync.management.demo.scene import by_address, hands_of, readers_of, subscribed
from sync.management.stand_ins import StandIns

#: Who is changed on both sides, and deleted in Google Contacts: their places among the people of
#: the demo. All are clients that both apps have.
CHANGED, DELETED = (40, 41, 46), (43, 44)
#: Private contacts in Google Contacts.
_COUPLE = (173, 174)
#: More than a run marks without asking.
_UNSUBSCRIBED = 7
_PHONES = ("+32 470 11 22 33", "+32 470 44 55 66", "+32 470 77 88 99")


def another_day(var: Path) -> None:
    """``var``: where the demo lives; its apps need not be served."""
    with StandIns(var, 0).by_hand() as sandbox, sandbox.store.transaction():
        _edit(sandbox)
        readers = readers_of(hands_of(sandbox, "mailchimp"))
        for id in subscribed(readers)[:_UNSUBSCRIBED]:
            readers.unsubscribe(id)


def _edit(sandbox: Sandbox) -> None:
    crm, phonebook = hands_of(sandbox, "contactually"), hands_of(sandbox, "google")
    addresses = [each.text("emails").casefold() for each in people(300)]
    in_crm, in_google = by_address(crm.all()), by_address(phonebook.all())
    for place, number in zip(CHANGED, _PHONES, strict=True):
        crm.edit(in_crm[addresses[place]], {"title": "Director"})
        phonebook.edit(in_google[addresses[place]], {"organizations": [{"title": "Manager"}]})
        crm.edit(in_crm[addresses[place]], {"phone_numbers": [_labelled("number", number)]})
    for place in DELETED:
        phonebook.delete(in_google[addresses[place]])
    _add_couple(crm)


def _add_couple(crm: Any) -> None:
    """A client with the addresses of both, who could be the one or the other."""
    known = [people(300)[place] for place in _COUPLE]
    client, addresses = shapes.contactually(known[0]), [each.text("emails") for each in known]
    client["email_addresses"] = [_labelled("address", address) for address in addresses]
    clients = next(id for id, name in crm.buckets().items() if name == "Clients")
    crm.put_in(crm.add(client), clients)


def _labelled(name: str, value: str) -> dict[str, str]:
    return {"label": "Work", name: value}
