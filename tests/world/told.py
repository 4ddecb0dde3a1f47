"""What the journal tells: replayed once, by nothing but people's writes and the apps' states.

A value that the engine carries over remains the statement that it was (``statements.py``).
Statements that two people made independently (both sides had the same before they met) become one
when a finished run has seen both.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.world.app import Entry
from tests.world.statements import Statement, beats, seen, unite
from tests.world.words import LISTS, SCALARS, Word, word_of, words_of
from tests.world.world import Told, World

#: (side, remote id)
Place = tuple[str, str]


@dataclass
class Person:
    """All that was said about one person. ``excused``: why nothing can be demanded of them."""

    pid: int
    excused: str = ""
    #: When both contacts had been seen by a run that finished: by side the remote id.
    known: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[Statement]] = field(default_factory=lambda: defaultdict(list))
    stands: dict[tuple[str, str, str], Statement] = field(default_factory=dict)
    elements: dict[tuple[str, str, str], dict[Word, Statement]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    deleted: dict[str, datetime] = field(default_factory=dict)
    added: dict[str, Entry] = field(default_factory=dict)
    alive: dict[str, dict[str, Entry]] = field(default_factory=lambda: {"a": {}, "b": {}})
    #: Fields that were edited between a write and its reading back, in an app whose answer does
    #: not tell what it holds: nobody can know what part of that was the app's own doing.
    blurred: set[str] = field(default_factory=set)
    written: dict[Place, tuple[int, frozenset[str]]] = field(default_factory=dict)
    #: What the engine carried there, by place, field and word: in which run.
    carried: dict[tuple[str, str, str, Word | None], int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


class Tale:
    def __init__(self, world: World) -> None:
        self.world = world
        self.lag = {side: float(world.apps[side].quirks.lag) for side in "ab"}
        self.people: dict[int, Person] = {}
        entries = world.journal.entries
        #: The last run so far that finished: what was written until then is known as written.
        self.done = 0
        position = 0
        for run in world.runs:
            for entry in entries[position : run.last]:
                self._take(entry)
            position = run.last
            if run.state == "done" and run.kind == "sync":
                self.done = run.number
                self._agree(run)
        for entry in entries[position:]:
            self._take(entry)

    # --- one entry ---

    def _take(self, entry: Entry) -> None:
        person = self.people.setdefault(entry.person, Person(entry.person))
        place = (entry.side, entry.id)
        if entry.before is None:
            self._appear(person, entry)
        if entry.after is None:
            person.alive[entry.side].pop(entry.id, None)
            person.deleted[entry.side] = entry.at
            return
        person.alive[entry.side][entry.id] = person.alive[entry.side].get(entry.id, entry)
        self._note_blurred(person, place, entry)
        for name in SCALARS:
            self._scalar(person, place, name, entry)
        for name in LISTS:
            self._list(person, place, name, entry)
        if not words_of(entry.after, "emails"):
            person.excused = person.excused or "it had no address to be known by at some time"

    def _note_blurred(self, person: Person, place: Place, entry: Entry) -> None:
        changed = changed_fields(entry)
        if not entry.by_user:
            person.written[place] = (entry.run, changed)
        elif not self.world.apps[entry.side].quirks.reads_back:
            run, written = person.written.get(place, (0, frozenset()))
            if run and run == entry.run:
                person.blurred |= written & changed

    def _appear(self, person: Person, entry: Entry) -> None:
        there = person.alive[entry.side]
        if entry.by_user:
            if person.added.get(entry.side):
                person.excused = "it was entered again after it had been deleted"
            person.added[entry.side] = entry
            return
        if entry.side in person.known:
            person.complaints.append(f"I5: created again in {entry.side} after it was deleted")
        run = self.world.runs[entry.run - 1]
        seen_until = run.looked[entry.side] - timedelta(seconds=self.lag[entry.side])
        for rival in there.values():
            if rival.by_user and rival.at > seen_until:
                person.excused = "a person entered it at the very time when it was created"
            else:
                person.complaints.append(f"I4: created in {entry.side} although it was there")

    # --- single values ---

    def _scalar(self, person: Person, place: Place, name: str, entry: Entry) -> None:
        old, new = word_of(entry.before, name), word_of(entry.after, name)
        if old == new:
            return
        before = person.stands.get((*place, name))
        if entry.by_user:
            said = Statement(new, entry.side, entry.at, entry.run)
            person.said[name].append(said)
            if before and not self._unanswered(person, (*place, name), old):
                before.find().beaten_by.add(said)
        else:
            found = self._carried(person, entry.side, name, new)
            if found is None:
                person.complaints.append(f"I3: {name} became {new} in {place}; nobody said that")
                return
            said = found
            unseen = before and self._unseen(before.side, before.at, entry)
            if before and (unseen or not beats(before, said)):
                before.find().beaten_by.add(said)
            person.carried[(*place, name, new)] = entry.run
        person.stands[(*place, name)] = said

    def _unanswered(self, person: Person, at: tuple[str, str, str], word: Word | None) -> bool:
        """Was it put there by a write whose answer nobody heard? What replaced it before anybody
        looked cannot be told from an edit of what was there before that write."""
        run = person.carried.get((*at, word), 0)
        return run > self.done and self.world.runs[run - 1].state != "done"

    def _carried(self, person: Person, side: str, name: str, word: Word | None) -> Statement | None:
        """Whose statement the engine carried over: what stands on the other side now, else the
        latest that said so."""
        there = [
            said for (at, _, field_), said in person.stands.items() if at != side and field_ == name
        ]
        said = [*there, *reversed(person.said[name])]
        return next((statement for statement in said if statement.word == word), None)

    def _unseen(self, side: str, at: datetime, entry: Entry) -> bool:
        """Could the run that wrote ``entry`` not have seen what was said at that time? Without
        conditional writes an app gives no way to tell, so such an edit may be run over."""
        if self.world.apps[entry.side].quirks.conditional_writes or side != entry.side:
            return False
        run = self.world.runs[entry.run - 1]
        return at > run.looked[entry.side] - timedelta(seconds=self.lag[entry.side])

    # --- lists ---

    def _list(self, person: Person, place: Place, name: str, entry: Entry) -> None:
        old, new = words_of(entry.before, name), words_of(entry.after, name)
        mine = person.elements[(*place, name)]
        come = [word for word in new if word not in mine]
        gone = [word for word in old if word not in new and word in mine]
        for word in come:
            if entry.by_user:
                mine[word] = Statement(word, entry.side, entry.at, entry.run)
                person.said[name].append(mine[word])
            elif found := self._element(person, entry.side, name, word):
                mine[word] = found
                person.carried[(*place, name, word)] = entry.run
                taken = found.find().taken
                if taken and self._unseen(*taken, entry):
                    found.find().loose = True
            else:
                person.complaints.append(f"I3: {name} got {word} in {place}; nobody said that")
        for word in gone:
            said = mine.pop(word)
            if entry.by_user:
                said.find().taken = (entry.side, entry.at)
                said.find().heirs += [mine[word] for word in come]
                if self._unanswered(person, (*place, name), word):
                    said.find().loose = True
            elif self._unseen(said.side, said.at, entry):
                said.find().loose = True
        if name == "emails" and gone and entry.by_user and not person.known:
            person.excused = person.excused or "its address changed before the two had met"

    def _element(self, person: Person, side: str, name: str, word: Word) -> Statement | None:
        there = [
            known[word]
            for (at, _, field_), known in person.elements.items()
            if at != side and field_ == name and word in known
        ]
        said = [*there, *reversed(person.said[name])]
        return next((statement for statement in said if statement.word == word), None)

    # --- agreement ---

    def _agree(self, run: Told) -> None:
        """A run finished: what both sides showed it alike is one statement from now on."""
        until = {side: at - timedelta(seconds=self.lag[side]) for side, at in run.looked.items()}
        for person in self.people.values():
            if any(len(person.alive[side]) != 1 for side in "ab") or len(until) < 2:
                continue
            (a, entry_a), (b, entry_b) = (next(iter(person.alive[s].items())) for s in "ab")
            if entry_a.at > until["a"] or entry_b.at > until["b"]:
                continue
            person.known = {"a": a, "b": b}
            for name in SCALARS:
                one, two = person.stands.get(("a", a, name)), person.stands.get(("b", b, name))
                if one and two and one.word == two.word and seen((one, two), until):
                    unite(one, two)
            for name in LISTS:
                ones, twos = person.elements[("a", a, name)], person.elements[("b", b, name)]
                for word in ones.keys() & twos.keys():
                    if seen((ones[word], twos[word]), until):
                        unite(ones[word], twos[word])


def changed_fields(entry: Entry) -> frozenset[str]:
    before = entry.before.fields if entry.before else {}
    after = entry.after.fields if entry.after else {}
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))
