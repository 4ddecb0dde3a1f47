"""The calls of the People API (https://developers.google.com/people/api/rest) and what each
costs of the account's quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.bearer import Bearer
from connectors.connector import World
from connectors.errors import TryAgain
from connectors.google.person import PAGE, PERSON_FIELDS, SOURCE, Item, Person, mappings
from connectors.google.problem import Problem, judge, of_reply, unexpected
from connectors.google.settings import SETTINGS
from connectors.pace import Pace
from connectors.rest import Query, Reply, Rest
from connectors.session import Session

#: People of one batch: of writes, and of reads, whose names have to fit into a URL.
BATCH, BATCH_READ = 200, 50
#: Critical reads and as many critical writes that a batch costs, be it full or not: so many
#: single changes cost as much.
BATCH_COST = 6


def setting(world: World, name: str) -> str:
    return world.setting(name, SETTINGS)


class Api:
    """One account. Google wants the changes of an account one after another ("sequentially to
    avoid increased latency and failures"), so there is one connection and no thread."""

    def __init__(self, world: World, login: Bearer) -> None:
        home = setting(world, "GOOGLE_API_URL")
        self.session = Session(world, home, login, connections=1, judge=judge, trusted=True)
        self._rest = Rest(self.session, home)
        self._reads = _pace(world, "GOOGLE_READS_PER_MINUTE")
        self._writes = _pace(world, "GOOGLE_WRITES_PER_MINUTE")
        self._label_writes = _pace(world, "GOOGLE_LABEL_WRITES_PER_MINUTE")

    # --- Reading --------------------------------------------------------------------------

    def me(self) -> Mapping[str, Any]:
        """people.get of the account itself, with its profile."""
        self._reads.spend()
        query = {"personFields": "emailAddresses,names,metadata"}
        return succeeded(self._get("/v1/people/me", query), "say whose account this is")

    def connections(self, query: Query) -> Reply:
        """people.connections.list: one page."""
        self._reads.spend()
        return self._get("/v1/people/me/connections", {"sources": SOURCE, **query})

    def survey(self, fields: str) -> Iterator[Person]:
        """Some fields of everybody, without a sync token."""
        query = {"personFields": fields, "pageSize": str(PAGE)}
        while True:
            page = succeeded(self.connections(query), "list the contacts")
            yield from mappings(page.get("connections"))
            if not goes_on(query, page):
                return

    def get(self, id: str) -> Reply:
        self._reads.spend()
        return self._get(f"/v1/{_path(id)}", {"personFields": PERSON_FIELDS, "sources": SOURCE})

    def batch_get(self, ids: Sequence[str]) -> Reply:
        self._reads.spend()
        query: Query = {
            "resourceNames": list(ids),
            "personFields": PERSON_FIELDS,
            "sources": SOURCE,
        }
        return self._get("/v1/people:batchGet", query)

    # --- Changing -------------------------------------------------------------------------

    def create(self, person: Person) -> Reply:
        self._spend(1)
        return self._change("POST", "/v1/people:createContact", _shown(), person)

    def batch_create(self, people: Sequence[Person]) -> Reply:
        self._spend(BATCH_COST)
        contacts = [{"contactPerson": person} for person in people]
        body = {"contacts": contacts, "readMask": PERSON_FIELDS, "sources": [SOURCE]}
        return self._change("POST", "/v1/people:batchCreateContacts", {}, body)

    def update(self, id: str, mask: str, person: Person) -> Reply:
        self._spend(1)
        query = {"updatePersonFields": mask, **_shown()}
        return self._change("PATCH", f"/v1/{_path(id)}:updateContact", query, person)

    def batch_update(self, mask: str, people: Mapping[str, Person]) -> Reply:
        self._spend(BATCH_COST)
        body = {
            "contacts": people,
            "updateMask": mask,
            "readMask": PERSON_FIELDS,
            "sources": [SOURCE],
        }
        return self._change("POST", "/v1/people:batchUpdateContacts", {}, body)

    def delete(self, id: str) -> Reply:
        self._label_writes.spend()  # Google counts it with the writes to groups
        return self._change("DELETE", f"/v1/{_path(id)}:deleteContact", {}, None)

    # --- Labels ---------------------------------------------------------------------------

    def groups(self) -> Iterator[Item]:
        """contactGroups.list: all pages."""
        query = {"pageSize": str(PAGE)}
        while True:
            page = succeeded(self._get("/v1/contactGroups", query), "list the labels")
            yield from mappings(page.get("contactGroups"))
            if not goes_on(query, page):
                return

    def create_group(self, name: str) -> Reply:
        """Sent again when its answer was lost: names are unique, so the second try is refused."""
        self._label_writes.spend()
        body = {"contactGroup": {"name": name}}
        return self._rest.call("POST", "/v1/contactGroups", body=body, repeat=True)

    # --- The wire -------------------------------------------------------------------------

    def _get(self, path: str, query: Query) -> Reply:
        return self._rest.call("GET", path, query)

    def _change(self, method: str, path: str, query: Query, body: object) -> Reply:
        return self._rest.call(method, path, query, body)

    def _spend(self, units: int) -> None:
        self._reads.spend(units)
        self._writes.spend(units)


def succeeded(reply: Reply, doing: str) -> Mapping[str, Any]:
    """The object that a reading answers with."""
    if not reply.is_success:
        raise unexpected(problem_of(reply), doing)
    if not isinstance(reply.data, dict):
        raise TryAgain("Google sent something that cannot be read.")
    return reply.data


def goes_on(query: dict[str, str], page: Mapping[str, Any]) -> bool:
    """Is there another page? The query then asks for it, with all else as it was."""
    token = str(page.get("nextPageToken") or "")
    if token and token == query.get("pageToken"):
        raise TryAgain("Google lists the same page over and over.")
    query["pageToken"] = token
    return bool(token)


def problem_of(reply: Reply) -> Problem:
    return of_reply(reply.status, reply.data)


def _shown() -> dict[str, str]:
    """What the answer to a change shows: the record as a listing would."""
    return {"personFields": PERSON_FIELDS, "sources": SOURCE}


def _path(id: str) -> str:
    return quote(id, safe="/")


def _pace(world: World, name: str) -> Pace:
    return Pace(int(setting(world, name)), world, name)
