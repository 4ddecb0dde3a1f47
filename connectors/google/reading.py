"""Reading an account: what changed, and single contacts as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.connector import Ending, Known, Page, Received, World, Written
from connectors.errors import AppError, Gone, TryAgain
from connectors.google.api import BATCH_READ, Api, goes_on, problem_of, succeeded
from connectors.google.cursor import LISTING, Cursor, parse
from connectors.google.groups import Groups
from connectors.google.listing import Delta, LostToken, count_of, people_of
from connectors.google.person import (
    Person,
    contact_source,
    former_ids,
    groups,
    id_of,
    is_capped,
    is_deleted,
    mappings,
    same_content,
    version,
)
from connectors.google.problem import gone, of_status
from connectors.google.survey import Survey
from connectors.google.translate import raw_of, read_person

#: Contacts handed on at once: whoever takes them in does so by transactions.
PART = 100


class Reader:
    def __init__(self, api: Api, groups: Groups, survey: Survey, world: World) -> None:
        self._api = api
        self._groups = groups
        self._survey = survey
        self._now = world.now

    # --- What changed ---------------------------------------------------------------------

    def changes(self, cursor: str, known: Known) -> Iterator[Page]:
        """Everything is read again where the token is no good, and where a label got another
        name, which changes none of its members in Google's eyes."""
        place = parse(cursor)
        self._groups.know(place.labels, place.labels_at)
        self._groups.refresh_if_old()
        delta = None
        if place.is_good(self._now()) and not self._groups.moved:
            delta = self._delta(place.token)
        if delta is None or self._groups.moved:
            yield from self._everything(known)
            return
        yield from self._parts(list(delta.people.values()), known, delta.gone)
        yield Page(gone=list(delta.gone), ending=Ending(self._cursor(delta.token, place)))

    def _cursor(self, token: str, place: Cursor) -> str:
        """With the names by which contacts were told: one that changed on the way is noticed
        by the next reading."""
        names = {**self._groups.names, **place.labels}
        return str(replace(place, token=token, labels=names, labels_at=self._groups.at))

    def _delta(self, token: str) -> Delta | None:
        """Read to its end before anything of it is told. None where the token is lost."""
        delta = Delta()
        try:
            for page in self._pages(token):
                delta.take(page)
                delta.token = str(page.get("nextSyncToken") or token)
        except LostToken:
            return None
        self._groups.cover([group for x in delta.people.values() for group in groups(x)])
        return delta

    def _everything(self, known: Known) -> Iterator[Page]:
        """A complete listing. What Google's own count does not bear out is not called complete."""
        self._groups.renew()
        self._groups.moved = False
        place = Cursor(full_at=self._now(), labels=dict(self._groups.names))
        seen: dict[str, object] = {}
        token, total, is_sound = "", 0, True
        for page in self._pages(""):
            listed = people_of(page)
            people = [person for person in listed if id_of(person) and not is_deleted(person)]
            is_sound = is_sound and len(people) == len(listed)
            total = max(total, count_of(page))
            self._groups.cover([group for person in people for group in groups(person)])
            # Who changes in the meantime may come again on a later page.
            etags = {id_of(person): contact_source(person).get("etag") for person in people}
            fresh = [x for x in people if seen.get(id_of(x), "") != etags[id_of(x)]]
            seen |= etags
            lost: dict[str, None] = {}
            yield from self._parts(fresh, known, lost)
            for id in lost:
                del seen[id]
            token = str(page.get("nextSyncToken") or "")
        if not token:
            raise TryAgain("Google broke off its list of contacts.")
        is_complete = is_sound and len(seen) >= total
        yield Page(ending=Ending(self._cursor(token, place), complete=is_complete))

    def _pages(self, token: str) -> Iterator[Mapping[str, object]]:
        query = {**LISTING, "syncToken": token} if token else dict(LISTING)
        while True:
            reply = self._api.connections(query)
            problem = problem_of(reply)
            # A garbled token is an invalid argument like any other, so it is tried without one.
            if token and (problem.is_expired_token or problem.is_invalid):
                raise LostToken
            if problem.is_expired_token or ("pageToken" in query and problem.is_invalid):
                raise TryAgain("The contacts changed while Google listed them.")
            page = succeeded(reply, "list the contacts")
            yield page
            if not goes_on(query, page):
                return

    def _parts(
        self, people: Sequence[Person], known: Known, lost: dict[str, None]
    ) -> Iterator[Page]:
        """In pages; ``lost`` gets those who are gone by now."""
        for start in range(0, len(people), PART):
            part = {id_of(person): person for person in people[start : start + PART]}
            held = known(part.keys())
            received, present = [], []
            for id, person in part.items():
                found = self._news(person, held.get(id, ""))
                if isinstance(found, Gone):
                    lost[id] = None
                elif found is None:
                    present.append(id)
                else:
                    received.append(found)
            yield Page(received=received, present=present)

    def _news(self, listed: Person, held: str) -> Received | Gone | None:
        """None for one that shows what it did in the ``held`` version. A listing shows a hundred
        addresses and numbers at most, and a write of what it shows would drop the others."""
        former = former_ids(listed)
        self._survey.note(listed)
        if is_capped(listed):
            (direct,) = self.read([id_of(listed)])
            if isinstance(direct, Gone):
                return direct
            is_same = same_content(held, direct.version)
            return None if is_same and not former else replace(direct, absorbed=former)
        now = version(listed, self._groups.names)
        return None if same_content(held, now) and not former else self._received(listed, now)

    # --- The contacts ---------------------------------------------------------------------

    def received(self, person: Person) -> Received:
        return self._received(person, version(person, self._groups.names))

    def _received(self, person: Person, now: str) -> Received:
        contact = read_person(person, self._groups.names)
        return Received(id_of(person), now, contact, raw_of(person), absorbed=former_ids(person))

    def read(self, ids: Sequence[str]) -> list[Received | Gone]:
        """One that Google knows under another name by now is gone under this one: a listing
        tells what became of it."""
        found: dict[str, Person | None] = {}
        for start in range(0, len(ids), BATCH_READ):
            found |= self._fetch(ids[start : start + BATCH_READ])
        there = [person for person in found.values() if person is not None]
        self._groups.cover([group for person in there for group in groups(person)])
        people = [found[id] for id in ids]
        return [gone() if person is None else self.received(person) for person in people]

    def written(self, id: str, person: Person) -> Written:
        """What a change of this contact, or its creation, answered with. An address may have
        linked it to a profile: then it has another name from now on."""
        former = () if id_of(person) == id else (id,)
        try:
            self._groups.cover(groups(person))
        except AppError:
            return Written(id_of(person), None)
        return Written(id_of(person), replace(self.received(person), absorbed=former))

    def _fetch(self, ids: Sequence[str]) -> dict[str, Person | None]:
        found = self._batch(ids) if len(ids) > 1 else {}
        for id in ids:
            if id not in found:
                found[id] = self._one(id)
        return {
            id: None if person is None or id_of(person) != id or is_deleted(person) else person
            for id, person in found.items()
        }

    def _batch(self, ids: Sequence[str]) -> dict[str, Person | None]:
        """Those of which the answer says something certain."""
        reply = self._api.batch_get(ids)
        if problem_of(reply).is_missing:
            return {}
        found: dict[str, Person | None] = {}
        for item in mappings(succeeded(reply, "show contacts").get("responses")):
            person = item.get("person")
            asked = str(item.get("requestedResourceName") or id_of(person))
            if isinstance(person, dict) and id_of(person):
                found[asked] = person
            elif is_missing(item):
                found[asked] = None
        return {id: found[id] for id in ids if id in found}

    def _one(self, id: str) -> Person | None:
        reply = self._api.get(id)
        return None if problem_of(reply).is_missing else succeeded(reply, "show a contact")


def is_missing(item: Mapping[str, object]) -> bool:
    """Does an answer about one of several people say that there is none?"""
    return item.get("httpStatusCode") == 404 or of_status(item.get("status")).is_missing
