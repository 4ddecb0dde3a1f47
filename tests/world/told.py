"""What the journal tells: replayed once, by nothing but people's writes and the apps' states.

A value that the engine carries over remains the statement that it was (``statements.py``).
Statements that two people made independently (both sides had the same before they met) become one
when a finished run has seen both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.contact import Contact, Value, as_entries
from tests.world.app import Entry
from tests.world.lives import Lives
from tests.world.ruling import in_scope
from tests.world.runs import Told
from tests.world.statements import Statement, beats, seen, unite
from tests.world.words import LISTS, SCALARS, Word, word_of, words_of
from tests.world.world import World

#: (side, remote id)
Place = tuple[str, str]


@dataclass
class Person:
    """All that was said about one person. ``excused``: why nothing can be demanded of them;
    ``mixed``: why nobody can say which word is the last, since two contacts became one."""

    pid: int
    excused: str = ""
    mixed: str = ""
    #: By connection, when both contacts had been seen by a run that finished: by side the id.
    known: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    #: Since when all connections know it. Until then any of them may meet two of its contacts
    #: for the first time, and its winner's value may be one that another has seen replaced.
    met_at: datetime | None = None
    said: dict[str, list[Statement]] = field(default_factory=lambda: defaultdict(list))
    stands: dict[tuple[str, str, str], Statement] = field(default_factory=dict)
    elements: dict[tuple[str, str, str], dict[Word, Statement]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    #: Since when it is gone, by side.
    deleted: dict[str, datetime] = field(default_factory=dict)
    alive: dict[str, dict[str, Entry]] = field(default_factory=lambda: defaultdict(dict))
    #: Fields that were edited between a write and its reading back, in an app whose answer does
    #: not tell what it holds: nobody can know what part of that was the app's own doing.
    blurred: set[str] = field(default_factory=set)
    written: dict[Place, tuple[int, frozenset[str]]] = field(default_factory=dict)
    #: What the engine carried there, by place, field and word: in which run.
    carried: dict[tuple[str, str, str, Word | None], int] = field(default_factory=dict)
    #: Its addresses, and those under which a finished run has seen it.
    addresses: dict[Place, set[Word]] = field(default_factory=dict)
    seen_addresses: dict[Place, set[Word]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    ids: set[Place] = field(default_factory=set)

    def early(self, name: str) -> set[Word | None]:
        """What was said, and taken back, about a field before all had met."""
        met_at = self.met_at
        return {
            said.word
            for said in self.said[name]
            if met_at is None or said.at <= met_at or (said.taken and said.taken[1] <= met_at)
        }

    def is_alone(self, side: str) -> bool:
        return len(self.alive[side]) == 1

    def the(self, side: str) -> str:
        """The id of the only one."""
        return next(iter(self.alive[side]))


class Tale:
    def __init__(self, world: World) -> None:
        self.world = world
        self.sides = world.setting.apps
        #: What lines write that join other fields is judged by itself (planner/oracle_lines.py).
        self.scalars = [name for name in SCALARS if name not in world.setting.beside]
        self.lists = [name for name in LISTS if name not in world.setting.beside]
        self.lag = {side: float(app.quirks.lag) for side, app in world.apps.items()}
        self.people: dict[int, Person] = {}
        self.lives = Lives(world)
        #: By person and run; it is asked many times.
        self._scopes: dict[tuple[int, int], bool | None] = {}
        entries = world.journal.entries
        #: The last run so far that finished: what was written until then is known as written.
        self.done = 0
        #: Until when that had seen everything, by side.
        self.seen_until: dict[str, datetime] = {}
        position = 0
        # A run within another comes before that.
        for run in sorted(world.runs, key=lambda run: (run.last, not run.within)):
            for entry in entries[position : run.last]:
                self._take(entry)
            position = max(position, run.last)
            if run.is_done and run.kind == "sync":
                self.done, self.seen_until = run.number, self.lives.horizon(run)
                self._agree(run)
        for entry in entries[position:]:
            self._take(entry)

    # --- one entry ---

    def _take(self, entry: Entry) -> None:
        person = self.people.setdefault(entry.person, Person(entry.person))
        place = (entry.side, entry.id)
        if entry.is_alive and not entry.was_alive:
            self._appear(person, place, entry)
        if not entry.is_alive:
            person.alive[entry.side].pop(entry.id, None)
            known = person.seen_addresses.get(place)
            if known and known.isdisjoint(words_of(entry.before, "emails")):
                person.excused = person.excused or "it went under an address that nobody had seen"
            person.deleted[entry.side] = entry.at
            if any(run.undoes and run.ended <= entry.at for run in self.world.runs):
                person.excused = person.excused or "it may have been apart when it went"
            if not self.world.apps[entry.side].quirks.tells_deletions:
                person.excused = person.excused or "its app tells nobody that it is gone"
            if not any(self._lives(person, pair) for pair in person.known.values()):
                person.known.clear()  # gone everywhere: who comes now is somebody new
            return
        person.alive[entry.side][entry.id] = person.alive[entry.side].get(entry.id, entry)
        person.deleted.pop(entry.side, None)
        self._note_blurred(person, place, entry)
        for name in self.scalars:
            self._scalar(person, place, name, entry)
        for name in self.lists:
            self._list(person, place, name, entry)
        self._note_addresses(person, place, entry)

    def _lives(self, person: Person, pair: Mapping[str, str]) -> bool:
        """Is one of the two alive, or whoever took the place of one?"""
        return any(
            person.alive[side] and (id in person.alive[side] or self._is_absorbed(side, id))
            for side, id in pair.items()
        )

    def _is_absorbed(self, side: str, id: str) -> bool:
        app = self.world.apps[side]
        return any(id in absorbed for absorbed in app.absorbed.values())

    def _note_addresses(self, person: Person, place: Place, entry: Entry) -> None:
        before, after = (set(words_of(x, "emails")) for x in (entry.before, entry.after))
        person.addresses[place] = after
        if not after:
            person.excused = person.excused or "it had no address to be known by at some time"
        is_known = self._is_known(person, place) and not self.was_undone(person)
        if entry.by_user and before - after and not is_known:
            person.excused = person.excused or "its address changed before the two had met"

    def _note_blurred(self, person: Person, place: Place, entry: Entry) -> None:
        changed = changed_fields(entry)
        if entry.by_user and self.world.setting.never_blank:
            # What was cleared is neither passed on nor filled again.
            person.blurred |= {name for name in changed & set(LISTS) if not entry.after.get(name)}
        if entry.by_user and "addresses" in changed:
            before, after = (_by_word(x) for x in (entry.before, entry.after))
            if any(before[word] != after[word] for word in before.keys() & after.keys()):
                person.blurred.add("addresses")  # by its word it is still the same one
        if not entry.by_user:
            person.written[place] = (entry.run, changed)
        elif not self.world.apps[entry.side].quirks.reads_back:
            run, written = person.written.get(place, (0, frozenset()))
            if run and run == entry.run:
                person.blurred |= written & changed

    def _appear(self, person: Person, place: Place, entry: Entry) -> None:
        if any(side == entry.side for side, _ in person.ids - {place}):
            person.mixed = person.mixed or "it was there before as another contact"
        person.ids.add(place)
        there = person.alive[entry.side]
        if entry.by_user:
            alive = {(side, id) for side, ids in person.alive.items() for id in ids} - {place}
            known = set().union(*(person.addresses.get(x, ()) for x in alive))
            if any(person.known.values()) and known.isdisjoint(words_of(entry.after, "emails")):
                person.excused = person.excused or "it came under an address that it has no more"
            return
        run = self.world.runs[entry.run - 1]
        if entry.side in person.known[run.of] and not self.was_undone(person):
            person.complaints.append(f"I5: created again in {entry.side} after it was deleted")
        seen_until = run.looked[entry.side] - timedelta(seconds=self.lag[entry.side])
        for rival in there.values():
            if rival.by_user and rival.at > seen_until:
                person.excused = "a person entered it at the very time when it was created"
            else:
                person.complaints.append(f"I4: created in {entry.side} although it was there")

    # --- single values ---

    def _scalar(self, person: Person, place: Place, name: str, entry: Entry) -> None:
        before = person.stands.get((*place, name))
        old = before.word if before else None
        new = word_of(entry.after, name)
        if old == new:
            return
        if entry.by_user:
            said = Statement(new, entry.side, entry.at, entry.run)
            person.said[name].append(said)
            if before and not self._unanswered(person, (*place, name), old):
                before.find().beaten_by.add(said)
        else:
            found = self._carried(person, entry, name, new)
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
        number = person.carried.get((*at, word), 0)
        run = self.world.runs[number - 1] if number else None
        if run is None or run.is_done:
            return False
        return number > self.done or run.ended > self.seen_until.get(at[0], run.ended)

    def _carried(
        self, person: Person, entry: Entry, name: str, word: Word | None
    ) -> Statement | None:
        """Whose statement the engine carried over: what stands on the other side now, else the
        latest that said so. An undo puts back what was there before, even if nothing was."""
        run = self.world.runs[entry.run - 1]
        there = [
            said
            for (at, _, field_), said in person.stands.items()
            if at != entry.side and at in run.of and field_ == name
        ]
        said = [*there, *reversed(person.said[name])]
        found = next((statement for statement in said if statement.word == word), None)
        if found is None and run.undoes and word is None:
            found = Statement(None, entry.side, entry.at, entry.run)
        return found

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
                said.find().takers.add(entry.side)
                said.find().heirs += [mine[word] for word in come]
                if self._unanswered(person, (*place, name), word):
                    said.find().loose = True
            elif self._unseen(said.side, said.at, entry):
                said.find().loose = True

    def _is_known(self, person: Person, place: Place | None = None) -> bool:
        """To all connections; ``place``: as this very contact."""
        side, id = place or ("", "")
        known = [person.known[name] for name in self.world.connections]
        return all(pair and pair.get(side, id) == id for pair in known)

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
        until = self.lives.horizon(run)
        if len(until) < 2:
            return
        one_side, two_side = tuple(run.of)
        for person in self.people.values():
            person.seen_addresses.update(person.addresses)
            if not (person.is_alone(one_side) and person.is_alone(two_side)):
                continue
            one_id, two_id = person.the(one_side), person.the(two_side)
            entries = {side: person.alive[side][person.the(side)] for side in run.of}
            if any(entry.at > until[side] for side, entry in entries.items()):
                continue
            if self.was_in(person, run) is not True:
                continue
            person.known[run.of] = {one_side: one_id, two_side: two_id}
            if person.met_at is None and self._is_known(person):
                person.met_at = run.ended
            one_place, two_place = (one_side, one_id), (two_side, two_id)
            for name in (x for x in self.scalars if x in run.setting.mapped):
                one = person.stands.get((*one_place, name))
                two = person.stands.get((*two_place, name))
                if one and two and one.word == two.word and seen((one, two), until):
                    unite(one, two)
            for name in (x for x in self.lists if x in run.setting.mapped):
                ones = person.elements[(*one_place, name)]
                twos = person.elements[(*two_place, name)]
                for word in ones.keys() & twos.keys():
                    if seen((ones[word], twos[word]), until):
                        unite(ones[word], twos[word])

    def was_in(self, person: Person, run: Told) -> bool | None:
        """Was the pair in scope as the run may have seen it, whatever that was exactly?"""
        if run.of != "ab":
            return True
        key = (person.pid, run.number)
        if key not in self._scopes:
            moments = self.lives.moments(person.pid, run)
            truths = {in_scope(run.rules, run.setting, shadows) for shadows in moments}
            self._scopes[key] = truths.pop() if len(truths) == 1 else None
        return self._scopes[key]

    def is_refused(self, person: Person) -> bool:
        """Does an app not take the person as the other shows them?"""
        for side, app in self.world.apps.items():
            for other, there in self.world.apps.items():
                if other == side or not person.alive[other]:
                    continue
                contact = there.contacts()[person.the(other)]
                setting = self.world.setting
                needed = setting.required.get(side, "")
                lacks = needed and not contact.get(needed)
                never_given = needed and setting.may_write(side)
                never_given = never_given and needed not in setting.written(side)
                if app.refuses(contact) or lacks or never_given:
                    return True
        return False

    def written(self, side: str, id: str) -> list[Entry]:
        """What the engine wrote to this contact."""
        entries = self.world.journal.entries
        return [x for x in entries if (x.side, x.id) == (side, id) and not x.by_user and x.before]

    def was_undone(self, person: Person) -> bool:
        """Was it there when a run was undone?"""
        undone = [run.first for run in self.world.runs if run.undoes]
        before = self.world.journal.entries[: max(undone, default=0)]
        return any(entry.person == person.pid for entry in before)

    def was_ever_out(self, person: Person) -> bool:
        """May any run have found it out of scope?"""
        syncs = [run for run in self.world.runs if run.kind == "sync" and len(run.looked) == 2]
        return any(self.was_in(person, run) is False for run in syncs) or self._was_torn(
            person, syncs
        )

    def _was_torn(self, person: Person, syncs: list[Told]) -> bool:
        """May a run have found it either in or out?"""
        return any(
            self.was_in(person, run) is None
            for run in syncs
            if any(self.lives.moments(person.pid, run))
        )


def _by_word(contact: Contact | None) -> dict[Word, Value]:
    entries = as_entries(contact.get("addresses")) if contact else ()
    words = words_of(contact, "addresses")
    return {word: entry.value for word, entry in zip(words, entries, strict=False)}


def changed_fields(entry: Entry) -> frozenset[str]:
    before = entry.before.fields if entry.before else {}
    after = entry.after.fields if entry.after else {}
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))
