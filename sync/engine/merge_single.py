"""Three-way merge of a field that holds one value."""

from __future__ import annotations

from connectors.contact import value_from_json, value_to_json
from connectors.fields import equal, kept_as
from rules.setup import Line, Setup, other
from sync.engine.line import Choice, Outcome, Shown, Writing, agree_on, carried, is_stale, later
from sync.engine.terms import terms_of


def merge_single(line: Line, shown: Shown, setup: Setup) -> Outcome:
    if shown.base is None and not shown.a and not shown.b:
        return Outcome()
    if terms_of(line).equal(shown.a, shown.b, setup.region):
        row = _row(shown)
        return Outcome() if shown.base == row else agree_on(shown, [shown.base, row])
    if shown.base is None:
        return _first_match(line, shown, setup)
    changed = [
        side
        for side, before in zip("ab", shown.base, strict=True)
        if not equal(line.field(side), shown.value(side), value_from_json(before), setup.region)
    ]
    if not changed:
        return Outcome()  # they differ since one app cannot hold the other's value
    if len(changed) == 2:
        return _both_changed(line, shown, setup)
    return _one_changed(line, shown, setup, changed[0])


def _first_match(line: Line, shown: Shown, setup: Setup) -> Outcome:
    """Empty is filled; of two values the winning side's is kept; empty never erases."""
    if shown.a and shown.b:
        choice = Choice(setup.wins(line), by_policy=True)
    else:
        choice = Choice("a" if shown.a else "b")
    if not setup.flows(line, other(choice.source)):
        return Outcome(agreed=([None, _row(shown)],))  # left alone until the source changes
    return _write(line, shown, choice, overwrites=True)


def _both_changed(line: Line, shown: Shown, setup: Setup) -> Outcome:
    if shown.a and shown.b:
        choice = later(line, shown, setup)
    else:
        choice = Choice("a" if shown.a else "b", by_policy=True)  # an edit beats a clear
    if not setup.flows(line, other(choice.source)):
        return Outcome(drift=True)
    return _write(line, shown, choice, overwrites=True)


def _one_changed(line: Line, shown: Shown, setup: Setup, source: str) -> Outcome:
    target = other(source)
    if is_stale(shown, source) and setup.flows(line, source) and shown.value(target):
        return _write(line, shown, Choice(target), overwrites=True)
    if not setup.flows(line, target):
        return Outcome(drift=True)
    if not shown.value(source):
        if setup.never_blank:
            return Outcome(agreed=([shown.base, _row(shown)],))
        if line.field(target).required and target not in shown.rest:
            return Outcome(held=f"{line.field(target).label} must not be empty there.")
    return _write(line, shown, Choice(source), overwrites=not _were_one(line, shown, setup))


def _were_one(line: Line, shown: Shown, setup: Setup) -> bool:
    """Did both sides hold the same when they last agreed, be it cut by an app that it was sent to?
    Otherwise they were left as they were, and the target's value is nowhere else."""
    assert shown.base is not None
    a, b = map(value_from_json, shown.base)
    return (
        terms_of(line).equal(a, b, setup.region)
        or (setup.flows(line, "b") and kept_as(line.b, a, b, setup.region))
        or (setup.flows(line, "a") and kept_as(line.a, b, a, setup.region))
    )


def _write(line: Line, shown: Shown, choice: Choice, overwrites: bool) -> Outcome:
    target, value = other(choice.source), shown.value(choice.source)
    terms = terms_of(line)
    given = value if terms.same else terms.given(target, value)
    if given is None:
        return Outcome(held=terms.untold(target, value))
    row = [value_to_json(item) for item in ((given, value) if target == "a" else (value, given))]
    writing = Writing(
        given,
        carried(shown, choice),
        ([shown.base, row],),
        lost=shown.value(target) if overwrites else "",
    )
    return Outcome(writes={target: writing})


def _row(shown: Shown) -> list[object]:
    return [value_to_json(shown.a), value_to_json(shown.b)]
