"""The plan of one person: a pure function of what both sides show, what is remembered, and the
Setup. Who belongs together is decided before (``match``); here it is decided what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.contact import Contact
from rules.setup import Setup, other
from rules.verdict import fields_of
from sync.engine.acting import Acts, acts_of
from sync.engine.draft import NOBODY, TO_AND_FRO, Draft, Taken
from sync.engine.effects import UNSUBSCRIBES, Effect, effect_to_json
from sync.engine.person import NO_CAUSE, Cause, Change, Decision, Memory, StepPlan, View
from sync.engine.scope import UNSUBSCRIBED, Scope, scope_of

#: Why somebody is left out.
NO_RULE, DIRECTION = Cause("no rule"), Cause("direction")
NO_STATUS, EMPTY = Cause("no status"), Cause("empty")
#: A value of theirs is held back.
HELD = Cause("held")
UNREADABLE = Cause("unreadable")
DELETED, DELETED_WHILE_OUT = Cause("deleted"), Cause("deleted while excluded")
LEFT = "No rule matches it any more; nothing is deleted."


def plan_pair(
    a: View, b: View, memory: Memory, setup: Setup, now: datetime, taken: Taken = NOBODY
) -> Decision:
    """Both contacts are known: keep them equal. ``memory`` is empty at the first meeting, but
    for ``existed``."""
    sides = {"a": a, "b": b}
    for side, view in sides.items():
        if view.fault:
            return _unreadable(view, side, memory)
    scope = scope_of(sides, memory, setup, now, memory.existed)
    if a.gone or b.gone:
        return _deleted(sides, memory, setup, scope)
    if not scope.is_in:
        return _left_out(sides, memory, setup, scope)
    return _merged(sides, memory, setup, now, taken, scope)


def plan_new(
    side: str,
    view: View,
    memory: Memory,
    setup: Setup,
    now: datetime,
    taken: Taken = NOBODY,
) -> Decision:
    """Known on one side only, and it matches nobody: make the counterpart."""
    if view.fault and not view.gone:
        return _unreadable(view, side, memory)
    if view.gone or view.contact is None:
        return Decision(state="")  # gone before it met anybody: nothing to remember
    memory = _without_counterpart(memory, side)
    scope = scope_of({side: view}, memory, setup, now, existed=False)
    target = other(side)
    if why := _not_made(target, setup, scope):
        return _excluded(side, memory, scope, *why, _taken_back(side, view, memory, scope, setup))
    sides = {side: view, target: View(0, "", Contact(), "")}
    draft = Draft(sides, Memory(), setup, taken)
    created = draft.step(target, "create")
    if created is None:
        nothing = "No mapped field of it is filled."
        back = _taken_back(side, view, memory, scope, setup)
        return _excluded(side, memory, scope, EMPTY, nothing, back)
    ours = _status_of_ours(side, setup)
    memory = replace(memory, effects={**memory.effects, **ours})
    if _is_asked_about(created, setup):
        made = {side: view, target: _made(sides[target], created, setup)}
        scope = scope_of(made, memory, setup, now, existed=False)
    acts = acts_of(scope, sides, memory, setup)
    # What a rule wants and a new contact has already (a tag to be taken off) is done with it.
    known = {**acts.effects, **ours}
    # What no line brings there is agreed to be missing, so that it counts when somebody adds it.
    agree = {**draft.agreed, **created.agree}
    created = replace(_with_status(created, setup), effects=known, agree=agree)
    held = draft.reason
    is_news = held and held != memory.reason
    note = StepPlan("hold", "", why=held, cause="mapping")
    return Decision(
        "new",
        cause=HELD if held else NO_CAUSE,
        reason=held,
        steps=(created, *acts.of(target), *acts.of(side), *((note,) if is_news else ())),
        matched=scope.matched,
        daily=scope.daily,
    )


def plan_alone(
    side: str, view: View, memory: Memory, setup: Setup, now: datetime, existed: bool
) -> Decision | None:
    """Left out already since no rule matches it, or nothing may be made of it; else None.
    ``existed``: is there somebody on the other side that it might be?"""
    memory = _without_counterpart(memory, side)
    scope = scope_of({side: view}, memory, setup, now, existed)
    if setup.may_write(other(side)) and scope.is_in:
        return None
    if why := _not_made(other(side), setup, scope):
        return _excluded(side, memory, scope, *why, _taken_back(side, view, memory, scope, setup))
    return None


def _without_counterpart(memory: Memory, side: str) -> Memory:
    """What rules put on this contact while its counterpart could not be made; nothing else of a
    counterpart that is not there."""
    if not memory.effects:
        return memory
    own = {key: data for key, data in memory.effects.items() if data.get("side") == side}
    return replace(memory, effects=own)


def _taken_back(side: str, view: View, memory: Memory, scope: Scope, setup: Setup) -> Acts:
    return acts_of(replace(scope, wants=(), merged={}), {side: view}, memory, setup)


def in_scope(sides: Mapping[str, View], memory: Memory, setup: Setup, now: datetime) -> bool:
    """Asked of two who are about to meet."""
    return scope_of(sides, memory, setup, now, existed=True).is_in


def _not_made(target: str, setup: Setup, scope: Scope) -> tuple[Cause, str] | None:
    """Cause and reason why no counterpart is made."""
    if not setup.may_write(target):
        return DIRECTION, f"The direction lets nothing be made in {target.upper()}."
    if not scope.is_in:
        return NO_RULE, "No rule matches it."
    if target in setup.consent and not setup.new_status:
        place = target.upper()
        return (
            NO_STATUS,
            f"{place} asks for consent: choose the status of new contacts (new_status).",
        )
    return None


def _with_status(step: StepPlan, setup: Setup) -> StepPlan:
    """Which consent it gets is said with the contact, for the audit log too."""
    if step.side not in setup.consent:
        return step
    return replace(step, fields={**step.fields, "status": Change("", setup.new_status)})


def _written(view: View, step: StepPlan) -> View:
    """The contact as it will be once the step is carried out."""
    values = {name: change.after for name, change in step.fields.items()}
    return replace(view, contact=(view.contact or Contact()).with_fields(values))


def _made(view: View, step: StepPlan, setup: Setup) -> View:
    """The same of one that is made, with the consent that it gets."""
    view = _written(view, step)
    if view.contact is None or step.side not in setup.consent:
        return view
    return replace(view, contact=replace(view.contact, status=setup.new_status))


def _is_asked_about(step: StepPlan, setup: Setup) -> bool:
    """Does a rule over that side look at what is written? Of somebody who is made, at anything."""
    rules = [rule for rule in setup.rules_of(step.side) if not rule.both_ways]
    if step.verb == "create":
        return any(rule.conditions or rule.actions for rule in rules)
    return any(fields_of(rule) & step.fields.keys() for rule in rules)


def _foreseen(
    updates: Sequence[StepPlan],
    sides: Mapping[str, View],
    memory: Memory,
    setup: Setup,
    now: datetime,
    scope: Scope,
) -> Scope:
    """Rules see what mapping lines are about to write, so that one run settles."""
    if not any(_is_asked_about(step, setup) for step in updates):
        return scope
    after = dict(sides)
    for step in updates:
        after[step.side] = _written(after[step.side], step)
    return scope_of(after, memory, setup, now, memory.existed)


def _status_of_ours(side: str, setup: Setup) -> dict[str, Any]:
    """A contact that we make as *unsubscribed* has not unsubscribed: its counterpart of ``side``
    counts as marked already, until the person subscribes."""
    is_made_so = other(side) in setup.consent and setup.new_status == UNSUBSCRIBED
    if not is_made_so or not setup.marks_unsubscribes(side):
        return {}
    kind, name = setup.marks.kind(side), setup.marks.unsubscribes
    mark = Effect(side, kind, name, "", name, "", False, UNSUBSCRIBES, (UNSUBSCRIBES,))
    return {mark.target: effect_to_json(mark)}


def _merged(
    sides: Mapping[str, View],
    memory: Memory,
    setup: Setup,
    now: datetime,
    taken: Taken,
    scope: Scope,
) -> Decision:
    draft = Draft(sides, memory, setup, taken)
    updates = [step for side in "ab" if (step := draft.step(side, "update"))]
    scope = _foreseen(updates, sides, memory, setup, now, scope)
    acts = acts_of(scope, sides, memory, setup)
    steps: list[StepPlan] = []
    for side in "ab":
        steps += [step for step in updates if step.side == side]
        steps += acts.of(side)
    if not scope.is_in:
        steps.append(StepPlan("exclude", "", why=LEFT, cause="rule"))
    draft.held += _to_and_fro(acts, setup)
    halted = _still_halted(draft, acts, memory)
    standing = ("in_sync", HELD if draft.held else NO_CAUSE, draft.reason)
    return Decision(
        *(standing if scope.is_in else ("excluded", NO_RULE, LEFT)),
        steps=(*steps, *_noted(draft, memory, halted)),
        agreed=draft.agreed,
        level={side: stamps for side, stamps in draft.level.items() if stamps},
        drift=tuple(draft.drift),
        effects=acts.effects,
        matched=scope.matched,
        halted=halted,
        daily=scope.daily,
    )


def _still_halted(draft: Draft, acts: Acts, memory: Memory) -> tuple[str, ...]:
    """Each is released once there is nothing to write any more, or by a person."""
    return tuple(key for key in memory.halted if key in (*draft.halted, *acts.halted))


def _to_and_fro(acts: Acts, setup: Setup) -> list[str]:
    return [TO_AND_FRO.format(_in_words(target, setup)) for target in acts.halted]


def _in_words(target: str, setup: Setup) -> str:
    side, _, name = target.partition(" ")
    if side == "both":
        mine = (rule.name for rule in setup.rules if name.startswith(f"{rule.key} "))
        return next(mine, "A rule")
    return f"{name.capitalize()} in {side.upper()}"


def _noted(draft: Draft, memory: Memory, halted: Sequence[str]) -> list[StepPlan]:
    """Steps that only say so, once: not again while the state stands."""
    steps = []
    if memory.state == "deleted_opposite":
        steps.append(StepPlan("restore", "", why="The deleted contact is back.", cause="mapping"))
    if memory.state == "excluded" and memory.existed is not None:
        steps.append(StepPlan("include", "", why="A rule matches it again.", cause="rule"))
    held = draft.reason
    if held and held != memory.reason:
        steps.append(StepPlan("hold", "", why=held, cause="mapping"))
    if len(halted) < len(memory.halted):
        steps.append(StepPlan("release", "", why="Both sides are equal.", cause="mapping"))
    if news := [key for key in draft.drift if key not in memory.drift]:
        why = f"Edited on the side that is only written: {', '.join(news)}. Left alone."
        steps.append(StepPlan("drift", "", why=why, cause="mapping"))
    return steps


def _left_out(sides: Mapping[str, View], memory: Memory, setup: Setup, scope: Scope) -> Decision:
    """The pair left every rule: updates stop, only effects are taken back."""
    acts = acts_of(scope, sides, memory, setup)
    acts.steps = [step for step in acts.steps if step.verb != "mark"]
    held = " ".join(_to_and_fro(acts, setup))
    reason = f"{LEFT} {held}".strip()
    if held and reason != memory.reason:
        acts.steps.append(StepPlan("hold", "", why=held, cause="rule"))
    lines = {line.key for line in setup.lines}
    decision = _excluded("", memory, scope, NO_RULE, reason, acts)
    halted = tuple(key for key in memory.halted if key in lines or key in acts.halted)
    return replace(decision, halted=halted)


def _excluded(
    side: str, memory: Memory, scope: Scope, cause: Cause, reason: str, acts: Acts | None = None
) -> Decision:
    is_news = (memory.state, memory.cause) != ("excluded", cause)
    note = StepPlan("exclude", side, why=reason, cause="rule" if cause == NO_RULE else "mapping")
    return Decision(
        "excluded",
        cause,
        reason,
        (*(acts.steps if acts else ()), *((note,) if is_news else ())),
        drift=memory.drift,
        effects=acts.effects if acts else {},
        matched=scope.matched,
        halted=memory.halted,
        daily=scope.daily,
    )


def _unreadable(view: View, side: str, memory: Memory) -> Decision:
    reason = f"In {side.upper()}: {view.fault}"
    steps: tuple[StepPlan, ...] = ()
    if memory.reason != reason:
        steps = (StepPlan("fail", side, why=view.fault, cause=side),)
    return Decision(
        "failed",
        UNREADABLE,
        reason,
        steps,
        drift=memory.drift,
        matched=memory.matched,
        halted=memory.halted,
    )


def _deleted(sides: Mapping[str, View], memory: Memory, setup: Setup, scope: Scope) -> Decision:
    """Nothing is deleted on the other side; it is marked where that is asked for. A deletion
    while the pair was excluded is noted and not marked."""
    gone = [side for side, view in sides.items() if view.gone]
    if len(gone) == 2:
        reason = "Deleted on both sides."
    else:
        reason = f"Deleted in {gone[0].upper()}; nothing is deleted in {other(gone[0]).upper()}."
    was_excluded = memory.state == "excluded" or (
        memory.state == "deleted_opposite" and memory.cause == DELETED_WHILE_OUT
    )
    acts = Acts() if len(gone) == 2 else acts_of(scope, sides, memory, setup)
    if was_excluded:
        acts.steps = [step for step in acts.steps if step.verb != "mark"]
    notes: Sequence[StepPlan] = ()
    if memory.reason != reason:
        notes = (StepPlan("delete", gone[0], why=reason, cause=gone[0]),)
    return Decision(
        "deleted_opposite",
        cause=DELETED_WHILE_OUT if was_excluded else DELETED,
        reason=reason,
        steps=(*notes, *acts.steps),
        drift=memory.drift,
        effects=acts.effects,
        matched=scope.matched,
        halted=memory.halted,
    )
