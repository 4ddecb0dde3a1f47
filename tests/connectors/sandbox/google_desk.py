"""A stand-in of Google Contacts served over real HTTP, with Google's own client signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httplib2
import pytest
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import Resource, build
from googleapiclient.errors import HttpError

from connectors.sandbox.google.app import Google
from connectors.sandbox.google.hands import Hands
from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving
from tests.connectors.sandbox.people_schema import violations

EMAIL = "ann.owner@example.org"
TOKEN = "ya29.a-token-of-ann"
SOURCES = ["READ_SOURCE_TYPE_CONTACT"]
FIELDS = (
    "addresses,biographies,birthdays,calendarUrls,clientData,emailAddresses,events,externalIds,"
    "genders,imClients,interests,locales,locations,memberships,metadata,miscKeywords,names,"
    "nicknames,occupations,organizations,phoneNumbers,photos,relations,sipAddresses,urls,"
    "userDefined"
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Desk:
    """``people`` and ``groups`` are the client's resources."""

    sandbox: Sandbox
    google: Google
    account: str
    hands: Hands
    clock: Clock
    url: str
    service: Any

    @property
    def people(self) -> Any:
        return self.service.people()

    @property
    def groups(self) -> Any:
        return self.service.contactGroups()

    def quirks(self, **changes: Any) -> None:
        self.google.quirks = replace(self.google.quirks, **changes)

    def create(self, fields: str = FIELDS, **person: Any) -> dict[str, Any]:
        return self.people.createContact(
            body=person, personFields=fields, sources=SOURCES
        ).execute()

    def get(self, resource: str, fields: str = FIELDS) -> dict[str, Any]:
        return self.people.get(
            resourceName=resource, personFields=fields, sources=SOURCES
        ).execute()

    def update(self, person: dict[str, Any], mask: str, **changes: Any) -> dict[str, Any]:
        """The person as it was read, with these changes."""
        body = {"etag": person["etag"], "metadata": person["metadata"], **changes}
        return self.people.updateContact(
            resourceName=person["resourceName"],
            updatePersonFields=mask,
            personFields=FIELDS,
            sources=SOURCES,
            body=body,
        ).execute()

    def page(self, **parameters: Any) -> dict[str, Any]:
        given = {"personFields": FIELDS, "sources": SOURCES, "pageSize": 1000, **parameters}
        return self.people.connections().list(resourceName="people/me", **given).execute()

    def sync(self, token: str = "", **parameters: Any) -> tuple[list[dict[str, Any]], str]:
        """All people of a sync, and the token of the next."""
        given = {"requestSyncToken": True, **parameters}
        if token:
            given["syncToken"] = token
        people: list[dict[str, Any]] = []
        page = self.page(**given)
        while "nextPageToken" in page:
            assert "nextSyncToken" not in page
            people += page["connections"]
            page = self.page(**given, pageToken=page["nextPageToken"])
        return people + page.get("connections", []), page["nextSyncToken"]


@contextmanager
def desk(path: Path | str = ":memory:") -> Iterator[Desk]:
    """Everything that crossed the wire is judged at the end."""
    clock = Clock()
    sandbox = Sandbox(path, now=clock, apps=["google"], recording=True)
    google = sandbox.apps["google"]
    assert isinstance(google, Google)
    account = google.open_account(EMAIL, "Ann Owner", TOKEN)
    try:
        with serving(sandbox) as server, client(server.url) as service:
            yield Desk(sandbox, google, account, google.hands(account), clock, server.url, service)
    finally:
        sandbox.close()
    found = violations(sandbox.exchanges, refused_requests=False)
    assert not found, "\n".join(found)


@contextmanager
def client(url: str, token: str = TOKEN) -> Iterator[Resource]:
    # Without a proxy, whatever the environment says.
    http = AuthorizedHttp(Credentials(token), http=httplib2.Http(timeout=20, proxy_info=None))
    service = build(
        "people",
        "v1",
        http=http,
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": f"{url}/google"},
    )
    try:
        yield service
    finally:
        service.close()


@contextmanager
def refused(status: int, name: str, *words: str) -> Iterator[dict[str, Any]]:
    """Expects this error, whose message has these words; yields what will hold the error."""
    told: dict[str, Any] = {}
    with pytest.raises(HttpError) as caught:
        yield told
    told |= json.loads(caught.value.content)["error"]
    assert (caught.value.status_code, told["code"], told["status"]) == (status, status, name)
    for word in words:
        assert word in told["message"], told["message"]


def detail(error: dict[str, Any], kind: str) -> dict[str, Any]:
    """The one of these details, without its type."""
    found = [item for item in error["details"] if item["@type"].endswith(kind)]
    assert len(found) == 1
    return {name: value for name, value in found[0].items() if name != "@type"}
