"""Writing: what a batch of writes is made of, and in which calls it goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from connectors.connector import Create, Delete, Result, Update, Write, Written
from connectors.contact import Segment
from connectors.errors import AppError, Changed, Gone, Refused
from connectors.google.api import Api, problem_of
from connectors.google.creating import Creator, New
from connectors.google.groups import Groups
from connectors.google.outcome import Outcome
from connectors.google.person import contact_source, groups, id_of, same_content
from connectors.google.problem import result_of
from connectors.google.reading import Reader
from connectors.google.survey import Survey
from connectors.google.translate import LABEL, new_person, person_of
from connectors.google.updating import Draft, Updater, drafted


class Writer:
    def __init__(self, api: Api, reader: Reader, labels: Groups, survey: Survey) -> None:
        self._api = api
        self._reader = reader
        self._labels = labels
        self._creator = Creator(api, reader, survey)
        self._updater = Updater(api, reader, labels)

    def write(self, writes: Sequence[Write]) -> list[Result]:
        """Nothing of the contacts is sent before all of it is worked out, labels included."""
        outcome = Outcome()
        creates: list[New] = []
        updates: list[Draft] = []
        deletes: list[tuple[int, Delete]] = []
        for place, write in enumerate(writes):
            try:
                if isinstance(write, Create):
                    creates.append(self._new(place, write))
                elif isinstance(write, Update):
                    updates.append(self._draft(place, write))
                else:
                    deletes.append((place, write))
            except (Refused, Changed) as error:
                outcome.note(place, error)
        for item in updates:
            if not item.edits:
                outcome.note(item.place, Written(item.write.id, None))
        self._creator.make(creates, outcome)
        self._updater.send([item for item in updates if item.edits], outcome)
        for place, delete in deletes:
            self._delete(place, delete, outcome)
        return outcome.results(len(writes))

    def _new(self, place: int, write: Create) -> New:
        labels = {self._label(segment) for segment in sorted(write.add)}
        return New(place, write.marker, new_person(write.fields, labels, write.marker))

    def _draft(self, place: int, write: Update) -> Draft:
        before = person_of(write.raw)
        if not id_of(before):
            raise Changed("The contact has to be read before it can be changed.")
        if not contact_source(before):
            raise Refused("That is a Google profile and no contact; only its owner can change it.")
        if write.add or write.remove:
            self._labels.renew()
        there = groups(before)
        remove = {
            resource
            for segment in _of_labels(write.remove)
            for resource in self._labels.called(segment.name)
        }
        missing = [item for item in sorted(write.add) if not self._is_in(item, there)]
        add = frozenset(self._label(segment) for segment in missing)
        return drafted(place, write, before, add, frozenset(remove) - add)

    def _is_in(self, segment: Segment, there: Collection[str]) -> bool:
        same = self._labels.called(segment.name) if segment.kind == LABEL else ()
        return not set(same).isdisjoint(there)

    def _label(self, segment: Segment) -> str:
        if segment.kind != LABEL:
            raise Refused(f"Google Contacts has labels, and no {segment.kind}.")
        found = self._labels.resource(segment.name)
        if isinstance(found, AppError):
            raise found
        return found

    def _delete(self, place: int, write: Delete, outcome: Outcome) -> None:
        """Google asks for no etag here, so the contact is looked at just before."""
        try:
            (now,) = self._reader.read([write.id])
        except AppError as error:
            outcome.note(place, error)
            return
        if isinstance(now, Gone):
            outcome.note(place, now)
        elif not same_content(now.version, write.version):
            outcome.note(place, Changed("The contact was changed in Google Contacts."))
        elif reply := outcome.attempt([place], lambda: self._api.delete(write.id)):
            done = Written(write.id, None) if reply.is_success else result_of(problem_of(reply))
            outcome.note(place, done)


def _of_labels(segments: Iterable[Segment]) -> list[Segment]:
    return [segment for segment in segments if segment.kind == LABEL]
