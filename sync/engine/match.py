"""Is this the same person? Asked at the first meeting only; afterwards the pair is the identity.

The match key is an e-mail address in normal form. What is known of the neighbourhood (who else
has these addresses, on either side, and who is paired already) is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.fields import fold
from sync.engine.person import NO_CAUSE, Cause, View

#: Why a contact is to be reviewed that a change of its neighbours may settle.
SEVERAL, ALIKE = Cause("several matches"), Cause("looks alike")
DELETED_THERE, HEIRS = Cause("deleted there"), Cause("several heirs")
CAUSES_TO_REVIEW = (SEVERAL, DELETED_THERE, ALIKE, HEIRS)
#: The same where only a person can: was it made, or not?
UNKNOWN_OUTCOME = Cause("unknown outcome")
#: Why it is a duplicate: of whoever is paired with the contact there, or of another one here.
ADDRESS_IN_USE, SAME_ADDRESS = Cause("address in use"), Cause("same address")
NO_EMAIL = Cause("no e-mail")
#: A person said so.
DIFFERENT = Cause("different people")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Live contacts that share an address with the one in question.

    ``here``: on its own side, itself left out; ``there``: on the other side, by address.
    ``paired``: ids of those that already have a counterpart or wait for one to be made.
    ``bereaved``: by id of those here whose counterpart was deleted there, when that was.
    ``closed``: the same by address, of those that the deleted ones had.
    ``proposed``: unpaired ones there that look alike without a common address. ``torn``: ids of
    those there whose own addresses belong to different contacts here. ``apart``: ids of those
    there of whom a person said that they are somebody else.
    """

    here: Sequence[View] = ()
    there: Mapping[str, Sequence[View]] = field(default_factory=dict)
    paired: frozenset[int] = frozenset()
    bereaved: Mapping[int, str] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    torn: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()
    proposed: Sequence[View] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """``found``: pair with this one. Else ``state`` says what the contact is: "" for new (make
    its counterpart), or excluded, duplicate, to_review with a cause and a reason."""

    found: View | None = None
    state: str = ""
    cause: Cause = NO_CAUSE
    reason: str = ""


def match(me: View, near: Neighbours, avoid_duplicates: bool) -> Match:
    if not me.emails:
        return _without_address(near, avoid_duplicates)
    candidates = _candidates(me, near)
    if candidates is None:
        return Match(
            state="to_review",
            cause=SEVERAL,
            reason="Its addresses belong to different contacts of the other side.",
        )
    others = [view for view in candidates if view.id not in near.apart]
    if candidates and not others:
        return Match(
            state="apart",
            cause=DIFFERENT,
            reason="It shares an address with somebody who was said to be another person.",
        )
    free = [view for view in others if view.id not in near.paired]
    if others and not free:
        return _taken()
    if any(view.id in near.torn for view in free):
        return Match(
            state="to_review",
            cause=SEVERAL,
            reason="A contact of the other side has its address and that of another one here.",
        )
    rivals = [view for view in near.here if view.id not in near.paired]
    if free:
        return _choose(me, free, rivals)
    alone = _alone(me, near, rivals)
    is_new = not alone.state and not avoid_duplicates
    return _proposed(near) or alone if is_new else alone


def _without_address(near: Neighbours, avoid_duplicates: bool) -> Match:
    if avoid_duplicates:
        return Match(
            state="excluded",
            cause=NO_EMAIL,
            reason="It has no e-mail address (avoid duplicates).",
        )
    return _proposed(near) or Match()


def _proposed(near: Neighbours) -> Match | None:
    proposed = [view for view in near.proposed if view.id not in near.apart]
    if not proposed:
        return None
    names = " · ".join(view.contact.title for view in proposed if view.contact)
    return Match(
        state="to_review",
        cause=ALIKE,
        reason=f"It looks like a contact of the other side: {names}.",
    )


def _candidates(me: View, near: Neighbours) -> list[View] | None:
    """Who there has my addresses; None when they point to different contacts."""
    groups = [near.there[email] for email in me.emails if near.there.get(email)]
    if not groups:
        return []
    common = set.intersection(*({view.id for view in group} for group in groups))
    if not common:
        return None
    return [view for view in groups[0] if view.id in common]


def _taken() -> Match:
    return Match(
        state="duplicate",
        cause=ADDRESS_IN_USE,
        reason="Its address belongs to a contact of the other side that is paired with another.",
    )


def _alone(me: View, near: Neighbours, rivals: Sequence[View]) -> Match:
    """Nobody there has my addresses: the oldest of those here that share one is the person."""
    dates = [near.bereaved[view.id] for view in near.here if view.id in near.bereaved]
    if when := next(iter([*dates, *near.closed.values()]), ""):
        return Match(
            state="to_review",
            cause=DELETED_THERE,
            reason=f"It was deleted on the other side on {when}; create it again?",
        )
    if any(view.id in near.paired for view in near.here):
        return _duplicate_here()
    return Match() if _oldest([me, *rivals]) is me else _duplicate_here()


def _choose(me: View, free: Sequence[View], rivals: Sequence[View]) -> Match:
    if len(free) == 1 and not rivals:
        return Match(found=free[0])
    namesakes = [view for view in free if _are_namesakes(view, me)]
    if namesakes:
        mine = [view for view in (me, *rivals) if _name(view) == _name(me)]
        return Match(found=_oldest(namesakes)) if _oldest(mine) is me else _duplicate_here()
    if any(_are_namesakes(one, two) for one in rivals for two in free):
        return _duplicate_here()
    return Match(
        state="to_review",
        cause=SEVERAL,
        reason="Several contacts share an address and none has the same name as its counterpart.",
    )


def _duplicate_here() -> Match:
    return Match(
        state="duplicate",
        cause=SAME_ADDRESS,
        reason="Another contact of this side has the same address and is the one that syncs.",
    )


def _oldest(views: Sequence[View]) -> View:
    """By the app's creation date, else by when it was first seen."""
    return min(views, key=lambda view: (_created(view) or "9", view.seen))


def _created(view: View) -> str:
    return view.contact.created if view.contact else ""


def _are_namesakes(one: View, two: View) -> bool:
    """Two without a name have none in common."""
    return _name(one) == _name(two) != ""


def _name(view: View) -> str:
    return fold(view.contact.name) if view.contact else ""
