"""Calls for one contact, for the account itself, and for many to read."""

from __future__ import annotations

import random
from typing import Any

from connectors.sandbox.google import binding, changing, masks, view
from connectors.sandbox.google.calls import Call, Method
from connectors.sandbox.google.errors import Refused, invalid, not_found
from connectors.sandbox.google.listing import connections
from connectors.sandbox.google.masks import READABLE, WRITABLE
from connectors.sandbox.google.quotas import DELETE, WRITE
from connectors.sandbox.google.view import Reading

_MOST_READ = 200


def get(call: Call) -> dict[str, Any]:
    fields = call.person_fields("people/get")
    return _person(
        call, f"people/{call.request.parts['person']}", call.reading(fields, call.sources())
    )


def batch_get(call: Call) -> dict[str, Any]:
    """Each with a status of its own: one that is missing is not an error of the call."""
    fields = call.person_fields("people/getBatchGet")
    resources = call.request.query.get("resourceNames", [])
    if not 1 <= len(resources) <= _MOST_READ:
        raise invalid(f"Between 1 and {_MOST_READ} resource names can be requested.")
    reading = call.reading(fields, call.sources())
    if call.quirks.shuffled:
        resources = random.sample(resources, len(resources))
    return {"responses": [_response(call, resource, reading) for resource in resources]}


def create(call: Call) -> dict[str, Any]:
    reading = call.reading(call.person_fields("people/createContact", READABLE), call.sources())
    person = binding.body(call.request, "Person", "person")
    return view.person(changing.create(call, person), reading)


def update(call: Call) -> dict[str, Any]:
    reading = call.reading(call.person_fields("people/updateContact", READABLE), call.sources())
    mask = masks.required(
        call.one("updatePersonFields"), "updatePersonFields", WRITABLE, "people/updateContact"
    )
    person = binding.body(call.request, "Person", "person")
    resource = f"people/{call.request.parts['person']}"
    return view.person(changing.update(call, resource, person, mask), reading)


def delete(call: Call) -> dict[str, Any]:
    changing.delete(call, f"people/{call.request.parts['person']}")
    return {}


def _response(call: Call, resource: str, reading: Reading) -> dict[str, Any]:
    try:
        person = _person(call, resource, reading)
    except Refused as refused:
        return {
            "httpStatusCode": refused.status,
            "requestedResourceName": resource,
            "status": refused.rpc_status,
        }
    return response(resource, person)


def response(resource: str, person: dict[str, Any]) -> dict[str, Any]:
    """google.people.v1.PersonResponse of one that is there."""
    return {
        "httpStatusCode": 200,
        "person": person,
        "requestedResourceName": resource,
        "status": {},
    }


def _person(call: Call, resource: str, reading: Reading) -> dict[str, Any]:
    if resource in ("people/me", f"people/{call.account.id}"):
        return view.owner(call.account, reading)
    contact = call.contacts.shown(resource)
    if contact is None:
        raise not_found()
    return view.person(contact, reading)


_READS = "personFields sources requestMask.includeField"
METHODS = (
    Method(
        "GET", "/v1/people:batchGet", batch_get, "GetPeople", parameters=f"{_READS} resourceNames"
    ),
    Method(
        "GET",
        "/v1/people/{person}/connections",
        connections,
        "ListConnections",
        parameters=f"{_READS} pageSize pageToken requestSyncToken sortOrder syncToken",
    ),
    Method("GET", "/v1/people/{person}", get, "GetPerson", parameters=_READS),
    Method(
        "POST",
        "/v1/people:createContact",
        create,
        "CreateContact",
        WRITE,
        "personFields sources",
    ),
    Method(
        "PATCH",
        "/v1/people/{person}:updateContact",
        update,
        "UpdateContact",
        WRITE,
        "personFields sources updatePersonFields",
    ),
    Method("DELETE", "/v1/people/{person}:deleteContact", delete, "DeleteContact", DELETE),
)
