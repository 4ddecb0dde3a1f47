"""No value is lost: what has to be true of each write, whatever it was planned for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.contact import Contact
from rules.setup import other
from tests.world.planner.world import PlannerWorld
from tests.world.told import Tale, changed_fields
from tests.world.words import Word, words_in


def nothing_is_lost(world: PlannerWorld, tale: Tale) -> Iterator[str]:
    """I3: a value only gives way that the other side has held too, so that somebody replaced or
    removed it there; or it is kept on the step. And nothing is written but what is there."""
    held: dict[tuple[int, str], set[Word]] = {}
    for entry in world.journal.entries:
        mine, theirs = (entry.person, entry.side), (entry.person, other(entry.side))
        before, after = _words(entry.before), _words(entry.after)
        if not entry.by_user and not world.runs[entry.run - 1].undoes:
            sharp = world.setting.written(entry.side) - tale.people[entry.person].blurred
            lost = {
                word
                for name in changed_fields(entry) & sharp
                for word in _of(entry.before, name) - _of(entry.after, name)
            }
            kept = _kept(world, entry.run, entry.side, entry.id)
            if gone := lost - after - held.get(theirs, set()) - kept:
                yield f"I3: {entry.side} lost {sorted(gone)}, which nobody else had"
            if made := after - before - held.get(theirs, set()):
                yield f"I3: {sorted(made)} came to {entry.side} from nowhere"
        held.setdefault(mine, set()).update(after)


def _words(contact: Contact | None) -> set[Word]:
    if contact is None:
        return set()
    return {word for name in contact.fields for word in _of(contact, name)}


def _of(contact: Contact | None, name: str) -> set[Word]:
    value = contact.get(name) if contact else ""
    texts: Iterable[str] = [value] if isinstance(value, str) else [str(x.value) for x in value]
    return {word for text in texts for word in words_in(text)}


def _kept(world: PlannerWorld, run: int, side: str, id: str) -> set[Word]:
    """The values that steps of this run keep as lost; where several lines write one field, what
    was there before."""
    found: set[Word] = set()
    for step in world.tables.steps:
        if step.run_id == run and step.side == side and getattr(step, f"{side}_remote") == id:
            for change in step.fields.values():
                kept = ("lost", "before") if len(step.agree) > 1 else ("lost",)
                found.update(*(words_in(text) for key in kept for text in _texts(change.get(key))))
    return found


def _texts(data: Any) -> list[str]:
    """Of a value as steps have it, each element by itself."""
    return [str(item) for item in data] if isinstance(data, list) else [str(data or "")]
