"""A person as somebody typed them into each app, in that app's own words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.contact import Address, Contact, Entry, as_entries

Record = dict[str, Any]


def contactually(contact: Contact, tags: Iterable[str] = ()) -> Record:
    return {
        "first_name": contact.text("first_name"),
        "last_name": contact.text("last_name"),
        "company": contact.text("company") or None,
        "title": contact.text("job_title") or None,
        "email_addresses": [
            {"label": each.label.title(), "address": each.value} for each in _of(contact, "emails")
        ],
        "phone_numbers": [
            {"label": each.label.title(), "number": each.value} for each in _of(contact, "phones")
        ],
        "addresses": [
            {
                "label": each.label.title(),
                "street_1": place.street,
                "city": place.city,
                "zip": place.postcode,
                "country": place.country,
            }
            for each in _of(contact, "addresses")
            if isinstance(place := each.value, Address)
        ],
        "tags": list(tags),
    }


def google(contact: Contact) -> Record:
    person: Record = {
        "names": [
            {
                "givenName": contact.text("first_name"),
                "familyName": contact.text("last_name"),
            }
        ],
        "emailAddresses": [_typed(each) for each in _of(contact, "emails")],
        "phoneNumbers": [_typed(each) for each in _of(contact, "phones")],
        "addresses": [
            {
                "type": each.label,
                "streetAddress": place.street,
                "city": place.city,
                "postalCode": place.postcode,
                "country": place.country,
            }
            for each in _of(contact, "addresses")
            if isinstance(place := each.value, Address)
        ],
    }
    if company := contact.text("company"):
        person["organizations"] = [{"name": company, "title": contact.text("job_title")}]
    if birthday := contact.text("birthday"):
        year, month, day = birthday.replace("--", "0-").split("-")
        person["birthdays"] = [{"date": {"year": int(year), "month": int(month), "day": int(day)}}]
    if notes := contact.text("notes"):
        person["biographies"] = [{"value": notes, "contentType": "TEXT_PLAIN"}]
    return person


def mailchimp(contact: Contact) -> Record:
    fields = {"FNAME": contact.text("first_name"), "LNAME": contact.text("last_name")}
    if phones := _of(contact, "phones"):
        fields["PHONE"] = str(phones[0].value)
    return {"email_address": contact.text("emails"), "merge_fields": fields}


def ghost(contact: Contact, labels: Iterable[str] = ()) -> Record:
    return {
        "email": contact.text("emails"),
        "name": contact.name,
        "labels": [{"name": name} for name in labels],
    }


def _of(contact: Contact, field: str) -> tuple[Entry, ...]:
    return as_entries(contact.get(field))


def _typed(entry: Entry) -> Record:
    return {"type": entry.label, "value": entry.value}
