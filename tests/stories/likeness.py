"""The same people in two apps, spelt differently: how they can be reached is made by rule from who
they are, and a share of it withheld. Then it is known who ought to be found, and who was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from connectors.contact import Contact, Value, entries
from sync.models import SyncRecord
from sync.reviewing import waiting_of
from tests.stories.bench import Bench

#: By side (a, b) and the person's number.
People = Mapping[str, Mapping[int, Contact]]
Pairs = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all people. ``withheld`` of addresses and of phone numbers, in each app by itself;
    ``moved``: whose address in b is another one; ``households``: of two, who have one address
    and one phone number between them, which an app knows of both or of neither."""

    withheld: float = 0.25
    moved: float = 0.05
    households: float = 0.05


def reachable(people: People, chance: Random, shares: Shares | None = None) -> People:
    """The people with e-mail addresses and phone numbers (Australian), spelt unlike in a and b."""
    given = shares or Shares()
    result: dict[str, dict[int, Contact]] = {"a": {}, "b": {}}
    for home in sorted({number // 2 for side in people.values() for number in side}):
        is_shared = chance.random() < given.households
        knows = {side: _withheld(chance, given) for side in "ab"}
        for number in (2 * home, 2 * home + 1):
            own = f"{_slug(people, number)}.{number}@mail.example"
            email = f"home.{home}@family.example" if is_shared else own
            phone = 2 * home if is_shared else number
            has_moved = not is_shared and chance.random() < given.moved
            for side in "ab":
                if number in people[side]:
                    known = knows[side] if is_shared else _withheld(chance, given)
                    address = f"new.{number}@mail.example" if has_moved and side == "b" else email
                    result[side][number] = people[side][number].with_fields(
                        _reach(side, address, phone, known)
                    )
    return result


def _slug(people: People, number: int) -> str:
    """Their name as a has it, or b for those whom only b knows."""
    contact = people["a"].get(number) or people["b"].get(number) or Contact()
    return ".".join(contact.name.casefold().split()) or "somebody"


def _withheld(chance: Random, shares: Shares) -> tuple[bool, bool]:
    """Does the app know the address, and the phone number?"""
    return chance.random() >= shares.withheld, chance.random() >= shares.withheld


def _reach(side: str, email: str, phone: int, known: tuple[bool, bool]) -> dict[str, Value]:
    digits = f"{phone:08}"
    number = f"+61 4{digits[:2]} {digits[2:5]} {digits[5:]}" if side == "a" else f"04{digits}"
    return {
        "emails": entries([email if side == "a" else email.capitalize()] if known[0] else []),
        "phones": entries([number] if known[1] else []),
    }


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs (number in a, number in b): ``paired`` by the sync, ``proposed`` to a person.
    ``own``: who have an address of their own in common; ``shared``: only that of the household.
    ``true``: all that are in both apps."""

    people: People
    paired: Pairs
    proposed: Pairs
    own: Pairs = field(default_factory=frozenset)
    shared: Pairs = field(default_factory=frozenset)
    true: Pairs = field(default_factory=frozenset)

    @property
    def wrong(self) -> Pairs:
        return frozenset(pair for pair in self.paired if pair[0] != pair[1])

    @property
    def rest(self) -> Pairs:
        """True pairs that no address tells of."""
        return self.true - self.own - self.shared

    @property
    def proposable(self) -> Pairs:
        """Those of them with a phone number in both apps, and an address in one at most."""
        a, b = self.people["a"], self.people["b"]
        return frozenset(
            (one, two)
            for one, two in self.rest
            if a[one].get("phones")
            and b[two].get("phones")
            and not (a[one].get("emails") and b[two].get("emails"))
        )

    @property
    def precision(self) -> float:
        return len(self.proposed & self.true) / len(self.proposed) if self.proposed else 1.0

    def recall(self, of: Pairs) -> float:
        return len(self.proposed & of) / len(of) if of else 1.0


def find(bench: Bench, people: People) -> Found:
    """Put them into the bench's apps, sync once, and look who was found."""
    for side in "ab":
        for number, contact in people[side].items():
            bench.apps[side].add(contact, id=f"{side}{number}")
    bench.sync()
    both = people["a"].keys() & people["b"].keys()
    common = {
        number: people["a"][number].text("emails")
        for number in both
        if people["a"][number].text("emails") == people["b"][number].text("emails").casefold() != ""
    }
    shared = {number for number, email in common.items() if email.endswith("@family.example")}
    return Found(
        people,
        _paired(bench),
        _proposed(bench),
        own=_same(common.keys() - shared),
        shared=_same(shared),
        true=_same(both),
    )


def _same(numbers: set[int]) -> Pairs:
    return frozenset((number, number) for number in numbers)


def _paired(bench: Bench) -> Pairs:
    """Without the counterparts that the sync made itself: their ids are the apps'."""
    rows = SyncRecord.objects.filter(connection=bench.connection(), existed=True)
    pairs = rows.values_list("a__remote_id", "b__remote_id")
    return frozenset((int(a[1:]), int(b[1:])) for a, b in pairs if a and b)


def _proposed(bench: Bench) -> Pairs:
    words = [
        answer.option.split()
        for item in waiting_of(bench.connection())
        if item.why.startswith("It looks like")
        for answer in item.answers
    ]
    return frozenset((int(a[3:]), int(b[3:])) for verb, a, b in words if verb == "--same")
