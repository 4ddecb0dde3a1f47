"""Making contacts: singly or in batches, and never one of them twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.connector import Received, Written
from connectors.errors import AppError, TryAgain, Unanswered
from connectors.google.api import BATCH_COST, Api, problem_of
from connectors.google.outcome import Outcome
from connectors.google.person import Person, client_data, id_of
from connectors.google.problem import Problem, result_of
from connectors.google.reading import Reader
from connectors.google.survey import Survey
from connectors.google.translate import MARKER


@dataclass(frozen=True, slots=True)
class New:
    """``place``: of its write in the batch."""

    place: int
    marker: str
    person: Person


class Creator:
    def __init__(self, api: Api, reader: Reader, survey: Survey) -> None:
        self._api = api
        self._reader = reader
        self._survey = survey

    def make(self, wanted: Sequence[New], outcome: Outcome) -> None:
        """A batch costs the same whatever it holds, so that a few go cheaper one by one."""
        if len(wanted) >= BATCH_COST:
            self._make_together(wanted, outcome)
            return
        for new in wanted:
            self._make_one(new, outcome)

    def _make_one(self, new: New, outcome: Outcome) -> None:
        reply = outcome.attempt([new.place], lambda: self._api.create(new.person))
        if reply is None:
            self._survey.forget_markers()
        elif not reply.is_success:
            outcome.note(new.place, result_of(problem_of(reply)))
        else:
            self._made(new, reply.data, outcome)

    def _made(self, new: New, person: object, outcome: Outcome) -> None:
        if not isinstance(person, dict) or not id_of(person):
            self._unknown([new], outcome)
            return
        self._survey.note_marker(new.marker, id_of(person))
        outcome.note(new.place, self._reader.written(id_of(person), person))

    def _make_together(self, wanted: Sequence[New], outcome: Outcome) -> None:
        people = [new.person for new in wanted]
        places = [new.place for new in wanted]
        reply = outcome.attempt(places, lambda: self._api.batch_create(people))
        if reply is None:
            self._survey.forget_markers()
        elif not reply.is_success:
            self._refused(wanted, problem_of(reply), outcome)
        else:
            self._match(wanted, reply.data, outcome)

    def _match(self, wanted: Sequence[New], data: object, outcome: Outcome) -> None:
        """Who is who is told by the markers: that the answer keeps the order is nowhere said."""
        told = data.get("createdPeople") if isinstance(data, dict) else None
        answers = [x for x in told if isinstance(x, dict)] if isinstance(told, list) else []
        people = [x["person"] for x in answers if isinstance(x.get("person"), dict)]
        made = {mark: person for person in people for mark in client_data(person, MARKER)}
        for new in wanted:
            if new.marker in made:
                self._made(new, made[new.marker], outcome)
        missing = [new for new in wanted if new.marker not in made]
        if len(missing) != len(answers) - len(people):
            self._unknown(missing, outcome)
            return
        for new in missing:  # each has an error in the answer, which does not say whose it is
            self._make_one(new, outcome)

    def _unknown(self, wanted: Sequence[New], outcome: Outcome) -> None:
        self._survey.forget_markers()
        for new in wanted:
            lost = Unanswered("Google does not say whether it made the contact.")
            outcome.note(new.place, lost)

    def _refused(self, wanted: Sequence[New], problem: Problem, outcome: Outcome) -> None:
        """Bad contacts are told apart by what Google says of each, else by halving."""
        whole = result_of(problem)
        if problem.is_full or isinstance(whole, TryAgain):
            for new in wanted:
                outcome.note(new.place, whole)
            return
        bad = _named(wanted, problem)
        for new in wanted:
            if new.place in bad:
                outcome.note(new.place, result_of(bad[new.place]))
        rest = self._not_made([new for new in wanted if new.place not in bad], outcome)
        half = len(rest) if bad else (len(rest) + 1) // 2
        for part in (rest[:half], rest[half:]):
            if part:
                self.make(part, outcome)

    def _not_made(self, rest: Sequence[New], outcome: Outcome) -> Sequence[New]:
        """Whether a batch that is refused makes those of its contacts that are good, is nowhere
        said, so they are looked for before they are sent again."""
        if not rest:
            return rest
        self._survey.forget_markers()
        try:
            made = {new.place: id for new in rest if (id := self._survey.made_by(new.marker))}
            shown = dict(zip(made, self._reader.read(list(made.values())), strict=True))
        except AppError:
            self._unknown(rest, outcome)
            return ()
        for place, answer in shown.items():
            received = answer if isinstance(answer, Received) else None
            outcome.note(place, Written(made[place], received))
        return [new for new in rest if new.place not in made]


def _named(wanted: Sequence[New], problem: Problem) -> Mapping[int, Problem]:
    """By the places of their writes the contacts that Google complains of."""
    found = problem.contacts
    return {new.place: found[str(at)] for at, new in enumerate(wanted) if str(at) in found}
