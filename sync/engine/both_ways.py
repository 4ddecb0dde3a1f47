"""A rule that goes both ways: two memberships are one yes or no, kept equal by a three-way merge.

Put on at either side, it is put on at the other; taken off at either side, it is taken off at
the other if the rule undoes, else left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from connectors.contact import Contact
from connectors.fields import fold
from rules.setup import Rule, Setup, other
from sync.engine.effects import shown

#: Begins the targets of memberships, where those of effects begin with a side.
BOTH = "both"


@dataclass(frozen=True, slots=True)
class Membership:
    """``a`` and ``b``: what each side showed when they last agreed. ``put``: the side on which
    it is there because we put it ("" for neither); ``place``: kind and name of what we put, by
    which it is found when the rule asks for something else or is no more."""

    a: bool
    b: bool
    put: str = ""
    place: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Joint:
    """The two places of a both-ways rule: by side the kind of segment and its name."""

    rule: Rule
    places: Mapping[str, tuple[str, str]]

    @property
    def target(self) -> str:
        """A rule with other places is another value: it starts as a first meeting."""
        places = (f"{kind} {fold(name)}" for _, (kind, name) in sorted(self.places.items()))
        return f"{BOTH} {self.rule.key} {' = '.join(places)}"

    @property
    def is_held(self) -> bool:
        """Is one of its places not there any more?"""
        return bool(self.rule.conditions[0].held)

    def is_in(self, side: str, contact: Contact) -> bool:
        return bool(shown(contact, *self.places[side]))

    def is_at(self, side: str, kind: str, name: str) -> bool:
        here, called = self.places[side]
        return (here, fold(called)) == (kind, fold(name))

    def agreed(self, on: bool, put: str) -> Membership:
        return Membership(on, on, put, self.places[put]) if put else Membership(on, on)


@dataclass(frozen=True, slots=True)
class Merged:
    """``on``: does the rule hold for the pair. ``side``: where it is to be put on (``puts``) or
    taken off, "" for nowhere. ``membership``: what is remembered, once that is written."""

    on: bool
    membership: Membership
    side: str = ""
    puts: bool = False


def joints_of(setup: Setup) -> list[Joint]:
    """Of the rules that are on."""
    return [joint_of(rule) for rule in setup.rules if rule.on and rule.both_ways]


def joint_of(rule: Rule) -> Joint:
    """Of a rule with exactly one has condition and one add action (refused otherwise on saving)."""
    condition, action = rule.conditions[0], rule.actions[0]
    assert isinstance(condition.value, str)
    here, there = (condition.kind, condition.value), (action.kind, action.name)
    return Joint(rule, {rule.side: here, other(rule.side): there})


def merge(
    joint: Joint, contacts: Mapping[str, Contact], base: Membership | None, setup: Setup
) -> Merged:
    now = {side: joint.is_in(side, contacts[side]) for side in "ab"}
    if now["a"] == now["b"]:
        put = base.put if base and now["a"] else ""
        return Merged(now["a"], joint.agreed(now["a"], put))
    source = _source(now, base)
    # A side that the other may not follow says nothing about the pair.
    on = any(now[side] for side in "ab" if setup.may_write(other(side)))
    if source is None:
        assert base is not None
        return Merged(on, base)
    target = other(source)
    if not setup.may_write(target):
        return Merged(on, base or Membership(now["a"], now["b"]))
    if not now[source] and not joint.rule.undo:
        kept = base if base and base.put == target else Membership(now["a"], now["b"])
        return Merged(on, replace(kept, a=now["a"], b=now["b"]))
    both = joint.agreed(now[source], target if now[source] else "")
    return Merged(now[source], both, target, puts=now[source])


def _source(now: Mapping[str, bool], base: Membership | None) -> str | None:
    """The side whose change counts, None where neither changed. Of two, putting on counts."""
    changed = [side for side in "ab" if base is None or now[side] != getattr(base, side)]
    if len(changed) == 2:
        return "a" if now["a"] else "b"
    return changed[0] if changed else None


def without(contact: Contact, side: str, membership: Membership) -> Contact:
    """The contact without what the rule put there: what other rules see of it."""
    if membership.put != side:
        return contact
    kind, name = membership.place
    here = shown(contact, kind, name)
    kept = frozenset(item for item in contact.segments if (item.kind, item.name) != (kind, here))
    return replace(contact, segments=kept)


def as_it_is(
    joint: Joint, contacts: Mapping[str, Contact], known: Mapping[str, Any]
) -> dict[str, Any]:
    """What both sides show is agreed, however different, and none of it is ours."""
    base = membership_from_json(known)
    shown = {side: joint.is_in(side, contact) for side, contact in contacts.items()}
    return membership_to_json(Membership(shown.get("a", base.a), shown.get("b", base.b)))


def membership_to_json(membership: Membership) -> dict[str, Any]:
    return {**asdict(membership), "place": list(membership.place)}


def membership_from_json(data: Mapping[str, Any]) -> Membership:
    return Membership(**{**data, "place": tuple(data["place"])})


def is_membership(target: str) -> bool:
    return target.startswith(f"{BOTH} ")


def key_of(target: str) -> str:
    """The key of the rule whose membership this target is."""
    return target.split(" ")[1]
