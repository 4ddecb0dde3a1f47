"""Whatever is sent to the stand-in of Google Contacts, it answers as Google would: never with a
fault of its own."""

import json
import random
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from connectors.sandbox.google.app import Google
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.web import Request
from tests.connectors.sandbox.google_desk import FIELDS, TOKEN, Clock
from tests.connectors.sandbox.people_schema import violations

ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 1.5, 10**40, "", " ", "x", "names", "people/me", "people/c1",
    "contactGroups/myContacts", "%", "#", "%AAAA", "0", "true", "\u0000", "é\U0001f600", "x" * 5000,
    [], {}, [[]], [{}], [None], {"": ""}, {"a": {"b": []}}, ["x", 1],
    {"metadata": {"sources": [{}]}},
]  # fmt: skip


def odd(chance: random.Random, value: Any) -> Any:
    """The same with something in it replaced, left out or doubled."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(list(value))
        changed = {**value, name: odd(chance, value[name])}
        if chance.random() < 0.1:
            del changed[name]
        return changed
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        changed_list = [*value[:place], odd(chance, value[place]), *value[place + 1 :]]
        return changed_list * (2 if chance.random() < 0.1 else 1)
    return chance.choice(ODD)


def calls(person: dict[str, Any], group: str) -> list[tuple[str, str, dict[str, Any], Any]]:
    """Good ones of every kind."""
    resource = person["resourceName"]
    read = {"personFields": FIELDS, "sources": "READ_SOURCE_TYPE_CONTACT"}
    return [
        ("GET", "/v1/people/me/connections", {**read, "pageSize": "2", "requestSyncToken": "true",
                                               "sortOrder": "LAST_NAME_ASCENDING"}, None),
        ("GET", f"/v1/{resource}", read, None),
        ("GET", "/v1/people:batchGet", {**read, "resourceNames": resource}, None),
        ("POST", "/v1/people:createContact", read, person),
        ("PATCH", f"/v1/{resource}:updateContact", {"updatePersonFields": "names,memberships"},
         person),
        ("POST", "/v1/people:batchCreateContacts", {},
         {"contacts": [{"contactPerson": person}], "readMask": "names", "sources": []}),
        ("POST", "/v1/people:batchUpdateContacts", {},
         {"contacts": {resource: person}, "updateMask": "names,birthdays", "readMask": "names"}),
        ("POST", "/v1/people:batchDeleteContacts", {}, {"resourceNames": ["people/c1"]}),
        ("GET", "/v1/contactGroups", {"pageSize": "3", "groupFields": "name,metadata"}, None),
        ("GET", "/v1/contactGroups:batchGet", {"resourceNames": group, "maxMembers": "3"}, None),
        ("GET", f"/v1/{group}", {"maxMembers": "3", "groupFields": "clientData"}, None),
        ("POST", "/v1/contactGroups", {}, {"contactGroup": {"name": "New", "clientData": []}}),
        ("PUT", f"/v1/{group}", {},
         {"contactGroup": {"name": "Other"}, "updateGroupFields": "name"}),
        ("POST", f"/v1/{group}/members:modify", {},
         {"resourceNamesToAdd": [resource], "resourceNamesToRemove": []}),
    ]  # fmt: skip


@pytest.mark.parametrize("attempt", range(3))
def test_odd_requests_are_answered(attempt: int) -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    chance = random.Random(seed)
    sandbox = Sandbox(now=Clock(), apps=["google"], recording=True)
    google = sandbox.apps["google"]
    assert isinstance(google, Google)
    hands = google.hands(google.open_account("ann@example.org", "Ann", TOKEN))
    group = hands.add_label("Clients")

    def ask(method: str, path: str, query: dict[str, Any], body: Any) -> int:
        text = urlencode({name: value for name, value in query.items() if value is not None}, True)
        request = Request(
            method,
            path,
            parse_qs(text, keep_blank_values=True),
            {"authorization": f"Bearer {TOKEN}"},
            b"" if body is None else json.dumps(body).encode(),
            "http://sandbox.example/google",
        )
        return sandbox.answer("google", request).status

    full = {
        "names": [{"givenName": "Ann", "unstructuredName": "Ann Bee"}],
        "emailAddresses": [{"value": "a@example.org", "metadata": {"sourcePrimary": True}}],
        "birthdays": [{"date": {"year": 1990, "month": 1, "day": 2}, "text": "x"}],
        "organizations": [{"name": "A", "current": True, "startDate": {"year": 2000}}],
        "addresses": [{"city": "Utrecht"}],
        "imClients": [{"username": "a", "protocol": "icq"}],
        "clientData": [{"key": "k", "value": "v"}],
    }
    statuses = set()
    for _ in range(400):
        resource = hands.add(full)
        ask("GET", f"/v1/{resource}", {"personFields": FIELDS}, None)
        person = sandbox.exchanges[-1].response
        method, path, query, body = chance.choice(calls(person, group))
        if body is None or chance.random() < 0.2:
            query = odd(chance, query) if query else {"pageSize": "1"}
            query = query if isinstance(query, dict) else {"odd": query}
        else:
            body = odd(chance, body)
        statuses.add(ask(method, path, query, body))
        if group not in hands.labels():
            group = hands.add_label("Clients again")
    found = violations(sandbox.exchanges, refused_requests=False)
    sandbox.close()

    # What protobuf takes for a number, and null, are in order, and no part of the document.
    assert [fault for fault in found if ": answer" in fault] == []
    assert statuses <= {200, 400, 404, 409}
    assert statuses >= {200, 400}
