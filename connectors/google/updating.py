"""Changing contacts: by masks, each against the etag of the record that it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.connector import Received, Update, Written
from connectors.contact import Contact
from connectors.errors import AppError, Changed, Gone, TryAgain, Unanswered
from connectors.google.api import BATCH_COST, Api, problem_of
from connectors.google.groups import Groups
from connectors.google.outcome import Outcome
from connectors.google.person import Person, contact_source, id_of
from connectors.google.problem import Problem, gone, of_status, result_of
from connectors.google.reading import Reader, is_missing
from connectors.google.translate import Edits, edit_groups, edits, person_of, read_person


@dataclass(frozen=True, slots=True)
class Draft:
    """A change of one contact. ``before``: the record that the edits are made from; ``add`` and
    ``remove``: resource names of labels. ``is_last``: it was found out of date once."""

    place: int
    write: Update
    before: Person
    add: frozenset[str]
    remove: frozenset[str]
    edits: Edits
    is_last: bool = False

    @property
    def mask(self) -> str:
        return ",".join(sorted(self.edits))

    @property
    def body(self) -> Person:
        """Google takes either etag; both go back as they came."""
        sources = {"metadata": {"sources": [contact_source(self.before)]}}
        etag = {"etag": self.before["etag"]} if "etag" in self.before else {}
        return {**etag, **sources, **self.edits}

    def merged_anew(self, before: Person) -> Draft:
        again = drafted(self.place, self.write, before, self.add, self.remove)
        return replace(again, is_last=True)


def drafted(
    place: int, write: Update, before: Person, add: frozenset[str], remove: frozenset[str]
) -> Draft:
    """Raises Refused for what Google cannot hold.

    Labels go with the other fields, in the call that shows the record afterwards and is bound
    to its etag, so that a write is carried out whole or not at all. members:modify, which asks
    for no etag, would be a call more for every label and one more to read the contacts back.
    """
    changed = {**edits(before, write.fields), **edit_groups(before, add, remove)}
    return Draft(place, write, before, add, remove, changed)


class Updater:
    def __init__(self, api: Api, reader: Reader, groups: Groups) -> None:
        self._api = api
        self._reader = reader
        self._groups = groups

    def send(self, drafts: Sequence[Draft], outcome: Outcome) -> None:
        """A batch has one mask for all of its contacts. It costs the same whatever it holds, so
        that a few go cheaper one by one."""
        for alike in _by_mask(drafts):
            if len(alike) >= BATCH_COST:
                self._send_together(alike, outcome)
                continue
            for draft in alike:
                self._send_one(draft, outcome)

    def _send_one(self, draft: Draft, outcome: Outcome) -> None:
        id = draft.write.id
        reply = outcome.attempt([draft.place], lambda: self._api.update(id, draft.mask, draft.body))
        if reply is None:
            return
        if not reply.is_success:
            self._refused_one(draft, problem_of(reply), outcome)
        elif isinstance(reply.data, dict) and id_of(reply.data):
            outcome.note(draft.place, self._reader.written(id, reply.data))
        else:
            outcome.note(draft.place, _untold())

    def _refused_one(self, draft: Draft, problem: Problem, outcome: Outcome) -> None:
        if problem.is_stale:
            self._look_again([draft], outcome)
        else:
            outcome.note(draft.place, result_of(problem))

    def _send_together(self, drafts: Sequence[Draft], outcome: Outcome) -> None:
        people = {draft.write.id: draft.body for draft in drafts}
        places = [draft.place for draft in drafts]
        reply = outcome.attempt(places, lambda: self._api.batch_update(drafts[0].mask, people))
        if reply is None:
            return
        if not reply.is_success:
            self._refused(drafts, problem_of(reply), outcome)
            return
        answers = _by_id(reply.data)
        stale = []
        for draft in drafts:
            answer = answers.get(draft.write.id, {})
            person = answer.get("person")
            if isinstance(person, dict) and id_of(person):
                outcome.note(draft.place, self._reader.written(draft.write.id, person))
            elif is_missing(answer):
                outcome.note(draft.place, gone())
            elif "status" in answer and of_status(answer["status"]).is_stale:
                stale.append(draft)
            elif "status" in answer:
                outcome.note(draft.place, result_of(of_status(answer["status"])))
            else:
                outcome.note(draft.place, _untold())
        self._look_again(stale, outcome)

    def _refused(self, drafts: Sequence[Draft], problem: Problem, outcome: Outcome) -> None:
        """Bad contacts are told apart by what Google says of each, else by halving. The others
        are sent again: had they been written, their etags would not fit any more."""
        whole = result_of(problem)
        if isinstance(whole, TryAgain):
            for draft in drafts:
                outcome.note(draft.place, whole)
            return
        told = problem.contacts
        for draft in drafts:
            outcome.doubt(draft.place)
        bad = [draft for draft in drafts if draft.write.id in told]
        stale = [draft for draft in bad if told[draft.write.id].is_stale]
        for draft in bad:
            if draft not in stale:
                outcome.note(draft.place, result_of(told[draft.write.id]))
        rest = [draft for draft in drafts if draft.write.id not in told]
        if not bad and problem.is_stale:
            stale, rest = rest, []
        half = len(rest) if bad else (len(rest) + 1) // 2
        for part in (rest[:half], rest[half:]):
            self.send(part, outcome)
        self._look_again(stale, outcome)

    # --- Out of date ----------------------------------------------------------------------

    def _look_again(self, drafts: Sequence[Draft], outcome: Outcome) -> None:
        """What only moved in Google's eyes is merged anew and sent once more; what shows
        anything else than it did is left for whoever planned the write."""
        if not drafts:
            return
        try:
            answers = self._reader.read([draft.write.id for draft in drafts])
        except AppError as error:
            for draft in drafts:
                outcome.note(draft.place, error)
            return
        again = []
        for draft, answer in zip(drafts, answers, strict=True):
            if isinstance(answer, Gone):
                outcome.note(draft.place, answer)
            elif outcome.is_in_doubt(draft.place) and self._is_carried_out(draft, answer):
                outcome.note(draft.place, Written(answer.id, answer))
            elif draft.is_last or not self._shows_the_same(draft, answer):
                outcome.note(draft.place, Changed("The contact was changed in Google Contacts."))
            else:
                again.append(draft.merged_anew(person_of(answer.raw)))
        self.send(again, outcome)

    def _is_carried_out(self, draft: Draft, answer: Received) -> bool:
        """By a batch that was refused, and written all the same as far as it was good?"""
        before, after = contact_source(draft.before), contact_source(person_of(answer.raw))
        if before.get("etag") == after.get("etag"):
            return False
        wanted = read_person({**draft.before, **draft.edits}, self._groups.names)
        # Google marks one value of each field as primary, be it told which or not.
        return _content(answer.contact, marks=False) == _content(wanted, marks=False)

    def _shows_the_same(self, draft: Draft, answer: Received) -> bool:
        before = read_person(draft.before, self._groups.names)
        return _content(answer.contact) == _content(before)


def _by_mask(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """A batch names each contact once: a second change of one goes after the first."""
    rows: dict[tuple[str, int], list[Draft]] = {}
    times: Counter[str] = Counter()
    for item in drafts:
        rows.setdefault((item.mask, times[item.write.id]), []).append(item)
        times[item.write.id] += 1
    yield from (rows[key] for key in sorted(rows, key=lambda key: key[1]))


def _by_id(data: object) -> Mapping[str, Mapping[str, object]]:
    """The answers by the names that were asked for; a contact may have got another since."""
    told = data.get("updateResult") if isinstance(data, dict) else None
    found = told if isinstance(told, dict) else {}
    answers = {str(id): answer for id, answer in found.items() if isinstance(answer, dict)}
    asked = {str(answer.get("requestedResourceName")): answer for answer in answers.values()}
    return {**asked, **answers}


def _content(contact: Contact | None, marks: bool = True) -> object:
    """What a contact shows, free of the order of its lists."""
    shown = contact or Contact()
    fields = {
        name: sorted(repr(entry if marks else replace(entry, primary=False)) for entry in value)
        if isinstance(value, tuple)
        else value
        for name, value in shown.fields.items()
    }
    return fields, shown.segments


def _untold() -> Unanswered:
    return Unanswered("Google does not say whether it changed the contact.")
