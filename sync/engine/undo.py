"""Undo: a plan made from the audit log.

What was written is put back where the app still shows it; what was changed since is left and
named. Afterwards both sides count as agreed on what they then show, so that the next run is
quiet. Nothing is ever deleted: a contact that was made stays, and the two are *apart* then, as
are two whose match is undone. An action that is undone counts as carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contact import SEGMENT_KINDS, Contact
from rules.setup import Setup
from sync.engine.as_shown import as_shown
from sync.engine.base import agree
from sync.engine.both_ways import as_it_is, joints_of
from sync.engine.carry import real_names
from sync.engine.draft import NOBODY, Taken
from sync.engine.line import BaseOp
from sync.engine.person import NO_CAUSE, Cause, Decision, Memory, StepPlan, View
from sync.engine.restored import Done, put_back, restored, with_it

#: Verbs that made a pair of the two.
MET = ("create", "link", "merge")
#: The cause of a pair that is apart since its match or creation was undone.
UNDONE = Cause("undone")
_APART = "The two are apart now; nothing was deleted."
#: The verb of the step that says so, the state, and why.
_PARTED = ("apart", "apart", _APART)
_REJOINED = ("link", "in_sync", "They are a pair again.")
_NOTHING = ("", "", "")
#: State, cause and reason after it.
_STANDING = {_PARTED: ("apart", UNDONE, _APART), _REJOINED: ("in_sync", NO_CAUSE, "")}


def plan_undo(
    done: Sequence[Done],
    sides: Mapping[str, View],
    memory: Memory,
    setup: Setup,
    what: str,
    taken: Taken = NOBODY,
) -> Decision:
    """``done``: oldest first. ``what``: the undone run or step, in words. ``taken``: by side the
    addresses that other contacts hold by now."""
    people = {side: view.contact or Contact() for side, view in sides.items()}
    after = dict(people)
    steps: list[StepPlan] = []
    items = restored(done)
    for item in items:
        view = sides.get(item.side)
        step = view and put_back(item, view, memory, setup, what, taken[item.side])
        if step:
            steps.append(step)
            after[item.side] = with_it(after[item.side], item, step)
    steps += _missing({item.side for item in items}, sides)
    verdict = _verdict(done, sides, memory)
    rejoined = verdict == _REJOINED
    targets = {target: step.side for step in done for target in step.targets}
    agreed = _agreed(steps, people, after, memory, setup, everything=rejoined)
    changed = _carried_out(targets, after, memory, setup)
    steps, left = _carried(_gathered(steps), agreed, changed, targets)
    if verdict != _NOTHING:
        verb, _, why = verdict
        steps.append(StepPlan(verb, "", why=f"Undone: {what}. {why}", cause="person"))
    state, cause, reason = _STANDING.get(
        verdict, (memory.state, Cause(memory.cause), memory.reason)
    )
    return Decision(
        state,
        cause,
        reason,
        steps=tuple(steps),
        agreed=agreed.get("", {}),
        effects=left,
        drift=memory.drift,
        matched=memory.matched,
        halted=memory.halted,
    )


def _missing(touched: set[str], sides: Mapping[str, View]) -> list[StepPlan]:
    """Sides on which nothing can be put back just now."""
    steps = []
    for side in sorted(touched & sides.keys()):
        if sides[side].gone or sides[side].fault:
            why = "The contact is gone" if sides[side].gone else "The contact cannot be read"
            why = f"{why}; nothing was put back in {side.upper()}."
            steps.append(StepPlan("undo", side, why=why, cause="person"))
    return steps


def _verdict(
    done: Sequence[Done], sides: Mapping[str, View], memory: Memory
) -> tuple[str, str, str]:
    """Do the two part, or, where that is undone itself, come together again?"""
    met = any(step.verb in MET for step in done)
    if met and memory.state != "apart":
        return _PARTED
    parted = any(step.verb == "apart" for step in done)
    was_undone = (memory.state, memory.cause) == ("apart", UNDONE)
    is_whole = len(sides) == 2 and all(view.alive for view in sides.values())
    return _REJOINED if parted and was_undone and is_whole and not met else _NOTHING


def _agreed(
    steps: Sequence[StepPlan],
    people: Mapping[str, Contact],
    after: Mapping[str, Contact],
    memory: Memory,
    setup: Setup,
    everything: bool,
) -> dict[str, dict[str, tuple[BaseOp, ...]]]:
    """By the side that is written ("" for at once) what is agreed of each line: what both sides
    show then. A call of one side does not tell what becomes of that of the other."""
    touched = {(step.side, name) for step in steps if step.calls for name in step.fields}
    agreed: dict[str, dict[str, tuple[BaseOp, ...]]] = {"": {}, "a": {}, "b": {}}
    for line in setup.lines:
        sides = [
            side
            for side in "ab"
            if any((side, name) in touched for name in real_names(line.field(side)))
        ]
        first = rows = list(memory.base.get(line.key, ()))
        shown = dict(people)
        for side in sides or ([""] if everything else []):
            shown.update({side: after[side]} if side else {})
            new = as_shown(line, shown, rows, setup)
            agreed[side][line.key] = (*([row, None] for row in first if row not in rows), *new)
            rows = agree({line.key: rows}, {line.key: new})[line.key]
    return agreed


def _carried_out(
    targets: Iterable[str], after: Mapping[str, Contact], memory: Memory, setup: Setup
) -> dict[str, Any]:
    """Effects that are taken back are not ours any more, and count as carried out."""
    joints = {joint.target: joint for joint in joints_of(setup)}
    changed = {}
    for target in targets:
        known = memory.effects.get(target)
        if known is None:
            continue
        if target in joints:
            changed[target] = as_it_is(joints[target], after, known)
        elif not target.startswith("both "):
            changed[target] = {**known, "ours": False}
    return changed


def _gathered(steps: Sequence[StepPlan]) -> list[StepPlan]:
    """All fields of a side in one step; each segment in one of its own."""
    result: list[StepPlan] = []
    for step in steps:
        own = not step.calls or any(name in SEGMENT_KINDS for name in step.fields)
        same = [i for i, x in enumerate(result) if x.calls and x.side == step.side and x.stamps]
        if own or not same:
            result.append(step)
        else:
            first = result[same[0]]
            result[same[0]] = replace(
                first,
                fields={**first.fields, **step.fields},
                stamps={**first.stamps, **step.stamps},
            )
    return result


def _carried(
    steps: list[StepPlan],
    agreed: Mapping[str, Mapping[str, tuple[BaseOp, ...]]],
    changed: Mapping[str, Any],
    targets: Mapping[str, str],
) -> tuple[list[StepPlan], dict[str, Any]]:
    """What is agreed and remembered once it is done stands with the first call of its side. Also
    the effects that hold at once, since nothing is written there."""
    led: set[str] = set()
    result = []
    for step in steps:
        if step.calls and step.side not in led:
            led.add(step.side)
            mine = {target: x for target, x in changed.items() if targets[target] == step.side}
            step = replace(step, agree=agreed[step.side], effects=mine)
        result.append(step)
    return result, {target: x for target, x in changed.items() if targets[target] not in led}
