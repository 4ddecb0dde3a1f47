"""Three-way merge of a list field, element by element.

The base of a list is rows [element of a, element of b]; null where a side could not hold the
element. So an app that rewrites an element is understood, and labels and order stay as each app
has them: a pure reorder, or another label, is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from connectors.contact import Entry, as_entries, entry_to_json
from connectors.fields import Field, FieldType, normal
from rules.setup import Line, Setup, other
from sync.engine.elements import EDITED, NEVER, REMOVED, Row, align, contained, filled
from sync.engine.line import (
    BaseOp,
    Choice,
    Outcome,
    Shown,
    Writing,
    agree_on,
    carried,
    is_stale,
    later,
    never_removed,
)
from sync.engine.terms import terms_of


def merge_list(line: Line, shown: Shown, setup: Setup) -> Outcome:
    return _ListMerge(line, shown, setup).outcome()


def agree_on_lists(line: Line, shown: Shown, setup: Setup) -> list[BaseOp]:
    """The rows that take two lists as agreed as they are: what is equal pairs, the rest is what
    the other side could not hold."""
    return _ListMerge(line, shown, setup).as_they_are()


class _ListMerge:
    def __init__(self, line: Line, shown: Shown, setup: Setup) -> None:
        self.line, self.shown, self.setup = line, shown, setup
        self.lists = {side: as_entries(shown.value(side)) for side in "ab"}
        self.result = {side: list(self.lists[side]) for side in "ab"}
        self.agreed: list[BaseOp] = []
        self.agree: dict[str, list[BaseOp]] = {"a": [], "b": []}
        self.lost: dict[str, list[Entry]] = {"a": [], "b": []}
        self.choice: dict[str, Choice] = {}
        self.first = shown.base is None
        self.drift = False
        self.terms = terms_of(line)
        self.untold: list[str] = []

    def outcome(self) -> Outcome:
        # One option does not become another: it is taken away, and another is chosen.
        is_chosen = FieldType.CHOICES in (self.line.a.type, self.line.b.type)
        rows, fresh = align(self.shown.base or [], self.lists, self._normal, edited=not is_chosen)
        for row in self._rejoined(rows, fresh):
            self._carry_row(row, rows)
        self._pair_fresh(fresh, self._equal)
        if self.first:
            self._pair_fresh(fresh, contained)
        for side in "ab":
            for entry in fresh[side]:
                self._add(other(side), entry)
        return self._result()

    def as_they_are(self) -> list[BaseOp]:
        _, fresh = align([], self.lists, self._normal)
        rows: list[BaseOp] = []
        for one in fresh["a"]:
            two = self._find(fresh["b"], "b", one)
            rows.append(_pair("b", two, one))
        paired = {self._normal("a", one) for one in fresh["a"]}
        rows += [
            _pair("b", two, None) for two in fresh["b"] if self._normal("b", two) not in paired
        ]
        return rows

    # --- what follows from what happened on each side ---

    def _rejoined(self, rows: list[Row], fresh: dict[str, list[Entry]]) -> list[Row]:
        """Rows still to be carried. One whose element came to the side that was without it is
        whole again: nothing to write."""
        open_rows = []
        for row in rows:
            side = "a" if row.fate["a"] == NEVER else "b"
            theirs = row.now[other(side)]
            back = None
            if row.fate[side] == NEVER and theirs is not None:
                back = self._find(fresh[side], side, theirs)
            if back is None or theirs is None:
                open_rows.append(row)
            else:
                fresh[side].remove(back)
                self.agreed.append([row.base, _pair(side, back, theirs)])
        return open_rows

    def _carry_row(self, row: Row, rows: list[Row]) -> None:
        a, b = row.now["a"], row.now["b"]
        changed = [side for side in "ab" if row.fate[side] in (EDITED, REMOVED)]
        if len(changed) == 2 and a is None and b is None:
            self.agreed.append([row.base, None])
        elif changed and a is not None and b is not None and self._equal(a, b):
            self.agreed.append([row.base, _pair("a", a, b)])
        elif len(changed) == 2:
            self._both_changed(row, a, b)
        elif changed and row.fate[changed[0]] == EDITED:
            self._one_edited(row, changed[0])
        elif changed:
            self._one_removed(row, changed[0], rows)

    def _one_edited(self, row: Row, source: str) -> None:
        target = other(source)
        if not self._flows(target):
            self.drift = True
        elif row.fate[target] == NEVER:
            self._add(target, row.now[source], row.base)
        elif is_stale(self.shown, source) and self._flows(source):
            self._replace(row, source, Choice(target))
        else:
            self._replace(row, target, Choice(source))

    def _one_removed(self, row: Row, source: str, rows: list[Row]) -> None:
        target = other(source)
        gone = row.now[target]
        shared = any(
            x is not row and x.now[target] is gone and x.fate[source] != REMOVED for x in rows
        )
        if gone is None or shared:
            self.agreed.append([row.base, None])
        elif not self._flows(target):
            self.drift = True
        elif is_stale(self.shown, source) and self._flows(source):
            self._add(source, gone, row.base)
        else:
            self._drop(row, target)

    def _both_changed(self, row: Row, a: Entry | None, b: Entry | None) -> None:
        if a is not None and b is not None:
            choice = later(self.line, self.shown, self.setup)
        else:
            choice = Choice("a" if a else "b", by_policy=True)  # an edit beats a removal
        loser = other(choice.source)
        kept, lost = (a, b) if loser == "b" else (b, a)
        if not self._flows(loser):
            self.drift = True
        elif lost is None:
            self._add(loser, kept, row.base, choice)
        else:
            self.lost[loser].append(lost)
            self._replace(row, loser, choice)

    def _pair_fresh(
        self, fresh: dict[str, list[Entry]], alike: Callable[[Entry, Entry], bool]
    ) -> None:
        """Elements that both sides have by themselves."""
        for one in list(fresh["a"]):
            two = next((two for two in fresh["b"] if alike(one, two)), None)
            if two is not None:
                self._unite(one, two)
                fresh["a"].remove(one)
                fresh["b"].remove(two)

    def _unite(self, one: Entry, two: Entry) -> None:
        """Of two addresses the fuller is kept; otherwise there is nothing to write."""
        side = "b" if filled(one) > filled(two) else "a"
        if self._equal(one, two) or not self._flows(side):
            self.agreed.append([None, _pair("a", one, two)])
        else:
            self._replace(Row(None, {"a": one, "b": two}, {}), side, Choice(other(side)))

    # --- changes to the resulting lists ---

    def _add(
        self,
        side: str,
        entry: Entry | None,
        before: list[Any] | None = None,
        choice: Choice | None = None,
    ) -> None:
        """Give ``entry`` of the other side to this one, unless it has it by now."""
        assert entry is not None
        present = self._find(self.result[side], side, entry)
        given = entry if present else self._given(side, entry)
        if present is not None:
            at_once = any(present is shown for shown in self.lists[side])
            ops = self.agreed if at_once else self.agree[side]
            ops.append([before, _pair(side, present, entry)])
        elif not self._flows(side):
            if self.first:
                self.agreed.append([None, _pair(side, None, entry)])
            else:
                self.drift = True
        elif given is not None:  # else it is held
            second = given.primary and self.lists[side]
            self.result[side].append(replace(given, primary=False) if second else given)
            self.agree[side].append([before, _pair(side, given, entry)])
            self.choice.setdefault(side, choice or Choice(other(side)))

    def _given(self, side: str, theirs: Entry) -> Entry | None:
        """An element of the other side as this one says it; None, and held, if it cannot."""
        given = self.terms.given_entry(side, theirs)
        if given is None and self._flows(side):
            self.untold.append(self.terms.untold(side, theirs))
        return given

    def _drop(self, row: Row, side: str) -> None:
        self._take_out(side, row.now[side])
        self.agree[side].append([row.base, None])
        self.choice.setdefault(side, Choice(other(side)))

    def _replace(self, row: Row, side: str, choice: Choice) -> None:
        """Put the other side's element in the place of this side's, under its label."""
        old, new = row.now[side], row.now[other(side)]
        assert old is not None and new is not None
        shown = self._find(self.result[side], side, new)
        if shown is None:
            given = self._given(side, new)
            if given is None:
                return
            shown = replace(given, label=old.label, primary=old.primary)
            self.result[side].insert(self.result[side].index(old), shown)
        self._take_out(side, old)
        self.agree[side].append([row.base, _pair(side, shown, new)])
        self.choice.setdefault(side, choice)

    def _take_out(self, side: str, gone: Entry | None) -> None:
        """All spellings of it: one that stayed would come back as something new."""
        form = self._normal(side, gone) if gone else ""
        self.result[side] = [x for x in self.result[side] if self._normal(side, x) != form]

    def _result(self) -> Outcome:
        writes: dict[str, Writing] = {}
        held = list(dict.fromkeys(self.untold))
        for side in "ab":
            field, result = self.line.field(side), tuple(self.result[side])
            if result == self.lists[side]:
                self.agreed += self.agree[side]
            elif not result and self.setup.never_blank and side not in self.shown.rest:
                self.agreed += [_given_up(op, side) for op in self.agree[side]]
            elif not (result or side in self.shown.rest) and _must_stay(field):
                held.append(never_removed(field))
            else:
                stamp = carried(self.shown, self.choice[side])
                lost = tuple(self.lost[side]) or ""
                writes[side] = Writing(result, stamp, tuple(self.agree[side]), lost)
        if writes or held or self.drift or not self.agreed:
            return Outcome(tuple(self.agreed), None, writes, " ".join(held), self.drift)
        return agree_on(self.shown, *self.agreed)

    # --- questions ---

    def _flows(self, side: str) -> bool:
        return self.setup.flows(self.line, side)

    def _normal(self, side: str, entry: Entry) -> str:
        if self.terms.same:
            return normal(self.line.field(side).type, entry.value, self.setup.region)
        return self.terms.form(side, entry, self.setup.region)

    def _find(self, entries: Iterable[Entry], side: str, theirs: Entry) -> Entry | None:
        """The element of this side that equals one of the other side."""
        form = self._normal(other(side), theirs)
        return next((entry for entry in entries if self._normal(side, entry) == form), None)

    def _equal(self, one: Entry, two: Entry) -> bool:
        return self._normal("a", one) == self._normal("b", two)


def _must_stay(field: Field) -> bool:
    return field.type == FieldType.EMAIL or field.required


def _pair(side: str, here: Entry | None, there: Entry | None) -> list[Any]:
    """The base row of an element: as ``side`` has it, and as the other does."""
    row = [here and entry_to_json(here), there and entry_to_json(there)]
    return row if side == "a" else row[::-1]


def _given_up(op: BaseOp, side: str) -> BaseOp:
    """The row of an element that stays on ``side`` although it was removed on the other."""
    (a, b), _ = op
    return [[a, b], [None, b] if side == "b" else [a, None]]
