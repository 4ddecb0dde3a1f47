"""Calls that write many contacts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.google import binding, changing, masks, view
from connectors.sandbox.google.api_people import response
from connectors.sandbox.google.calls import Call, Method
from connectors.sandbox.google.contacts import Contact
from connectors.sandbox.google.errors import Refused, invalid
from connectors.sandbox.google.masks import READABLE, WRITABLE
from connectors.sandbox.google.quotas import BATCH_DELETE, BATCH_WRITE
from connectors.sandbox.web import Answer

_MOST_WRITTEN = 200
_MOST_DELETED = 500


def create(call: Call) -> dict[str, Any] | Answer:
    body = binding.body(call.request, "BatchCreateContactsRequest")
    contacts = body.get("contacts", [])
    _check_size(len(contacts), _MOST_WRITTEN)
    fields = masks.paths(
        body.get("readMask", ""), "readMask", READABLE, "people/batchCreateContacts"
    )
    made: list[Contact] = []
    errors: dict[str, Refused] = {}
    for index, given in enumerate(contacts):
        try:
            if "contactPerson" not in given:
                raise invalid("Request must set contacts.contact_person.")
            made.append(changing.create(call, given["contactPerson"]))
        except Refused as refused:
            errors[str(index)] = refused
    if errors:
        return _failed(call, errors, "BatchCreateContactsErrorDetails")
    if not fields:
        return {}  # an empty readMask asks for nothing, not even for the names
    if call.quirks.shuffled:
        made = random.sample(made, len(made))
    reading = call.reading(fields, body.get("sources", ()))
    people = [view.person(contact, reading) for contact in made]
    return {"createdPeople": [response(person["resourceName"], person) for person in people]}


def update(call: Call) -> dict[str, Any] | Answer:
    body = binding.body(call.request, "BatchUpdateContactsRequest")
    contacts = body.get("contacts", {})
    _check_size(len(contacts), _MOST_WRITTEN)
    page = "people/batchUpdateContacts"
    mask = masks.required(body.get("updateMask", ""), "updateMask", WRITABLE, page)
    fields = masks.paths(body.get("readMask", ""), "readMask", READABLE, page)
    written: dict[str, Contact] = {}
    errors: dict[str, Refused] = {}
    for resource, person in contacts.items():
        try:
            if person.get("resourceName", resource) != resource:
                raise invalid("Request person.resource_name is different than its key.")
            written[resource] = changing.update(call, resource, person, mask)
        except Refused as refused:
            errors[resource] = refused
    if errors:
        return _failed(call, errors, "BatchUpdateContactsErrorDetails")
    if not fields:
        return {}
    reading = call.reading(fields, body.get("sources", ()))
    return {
        "updateResult": {
            resource: response(resource, view.person(contact, reading))
            for resource, contact in written.items()
        }
    }


def delete(call: Call) -> dict[str, Any] | Answer:
    body = binding.body(call.request, "BatchDeleteContactsRequest")
    resources = body.get("resourceNames", [])
    _check_size(len(resources), _MOST_DELETED)
    failed: list[Refused] = []
    for resource in dict.fromkeys(resources):
        try:
            changing.delete(call, resource)
        except Refused as refused:
            failed.append(refused)
    if not failed:
        return {}
    if call.quirks.all_or_nothing:
        raise failed[0]
    return failed[0].answer


def _check_size(size: int, most: int) -> None:
    if not 1 <= size <= most:
        raise invalid(f"A batch must have between 1 and {most} contacts.")


def _failed(call: Call, errors: Mapping[str, Refused], details: str) -> Answer:
    """The error of the batch: that of the first bad contact, with those of all."""
    first = next(iter(errors.values()))
    whole = Refused(
        first.name,
        first.message,
        [
            {
                "@type": f"type.googleapis.com/google.people.v1.{details}",
                "contactErrors": {key: refused.rpc_status for key, refused in errors.items()},
            }
        ],
        first.status,
    )
    if call.quirks.all_or_nothing:
        raise whole
    return whole.answer


METHODS = (
    Method("POST", "/v1/people:batchCreateContacts", create, "BatchCreateContacts", BATCH_WRITE),
    Method("POST", "/v1/people:batchUpdateContacts", update, "BatchUpdateContacts", BATCH_WRITE),
    Method("POST", "/v1/people:batchDeleteContacts", delete, "BatchDeleteContacts", BATCH_DELETE),
)
