"""A rule as its page shows it: as it is stored, or as it was entered over that; and what is wrong
with it, where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from connections.models import Connection
from rules.building import rule_of
from rules.configuration.wishes import stored_rules
from rules.editing import Fault, WrittenRule
from rules.rows import catalogues_of
from rules.setup import Action, Condition, Rule, other
from rules.words.errors import briefly
from sync.desk.rule_form import RuleForm
from sync.desk.rule_list import LEAVE, TAKE_BACK
from sync.desk.rule_row import Row
from sync.desk.rule_rows import Actions, Conditions, Rows

IF, THEN = "if", "then"


@dataclass(frozen=True, slots=True)
class Wrong:
    """``href``: where it is, on this page or another; ``where``: "" of the whole."""

    where: str
    href: str
    text: str


class Entry:
    """``stored``: the rule as it is stored, None of a new one. ``posted``: what was entered over
    it; None for nothing. With ``is_looking`` it is shown again without being judged, and ``add``
    ("if" or "then") says where one more row is wanted."""

    def __init__(
        self,
        connection: Connection,
        side: str,
        stored: WrittenRule | None = None,
        posted: QueryDict | None = None,
        *,
        is_looking: bool = False,
        add: str = "",
    ) -> None:
        self.connection, self.side, self.stored = connection, side, stored
        self.catalogues = catalogues_of(connection)
        self.elsewhere: list[Wrong] = []
        if posted is not None:
            self._fill(posted)
        if posted is None or is_looking:
            self._show(*(self._entered(add) if posted is not None else _of_stored(stored)))

    @property
    def key(self) -> str:
        return self.stored.key if self.stored else ""

    @property
    def target(self) -> str:
        return other(self.side)

    def is_valid(self) -> bool:
        """All parts are asked, so that everything that is wrong is told at once."""
        parts = [self.rule.is_valid(), self.conditions.is_valid(), self.actions.is_valid()]
        return all(parts)

    @cached_property
    def written(self) -> WrittenRule:
        """As it is to be, or would be if it were possible."""
        rule, on = self.rule, self.rule.is_ticked("on")
        return WrittenRule(
            rule.text("name"),
            self.side,
            tuple(row.written for row in self.conditions.filled),
            tuple(row.written for row in self.actions.filled),
            undo=rule.is_ticked("undo"),
            both_ways=rule.is_ticked("both_ways"),
            on=on,
            take_back=not on and rule.text("effects") == TAKE_BACK,
            key=self.key,
        )

    @cached_property
    def made(self) -> Rule:
        """As the engine would take it: what is not possible is held there."""
        return rule_of(self.written, self.key, self.catalogues)

    @property
    def lacking(self) -> Iterator[tuple[str, str]]:
        """What cannot be asked or done as it stands: where, and why."""
        parts: list[Condition | Action] = [*self.made.conditions, *self.made.actions]
        rows = [
            (f"{row.word} {number}", row)
            for each in (self.conditions, self.actions)
            for number, row in enumerate(each.shown, 1)
            if not row.is_empty
        ]
        for (where, row), part in zip(rows, parts, strict=True):
            if why := next(iter(row.missing.values()), part.held):
                yield where, briefly(why)

    @property
    def was_changed(self) -> bool:
        """Is the stored rule another one than was shown when this was entered?"""
        return self.rule.is_bound and self.rule.text("seen") != state_of(self.stored)

    # --- what is wrong ---

    def mark(self, faults: Sequence[Fault], number: int, rules: Sequence[WrittenRule]) -> None:
        """Put each where it belongs. ``number``: that of this rule among the ``rules``."""
        for fault in faults:
            rule = _rule_of(fault, rules)
            if rule and rule.name == rules[number].name:
                self._mark(fault.at[2:], fault.text)
            else:
                self.elsewhere.append(wrong_elsewhere(fault, rules))

    def _mark(self, at: Sequence[str | int], text: str) -> None:
        if len(at) == 3:
            rows = self.conditions if at[0] == IF else self.actions
            row = rows.filled[int(at[1])]
            row.add_error(at[2] if at[2] in row.fields else None, briefly(text))
        else:
            part = at[0] if at else None
            self.rule.add_error(part if part in ("name", "both_ways") else None, text)

    @property
    def wrong(self) -> list[Wrong]:
        if not self.rule.is_bound:
            return []
        return [*self._wrong_of_rule(), *self._wrong_of_rows(), *self.elsewhere]

    def _wrong_of_rule(self) -> Iterator[Wrong]:
        for name, texts in self.rule.errors.items():
            is_field = name in self.rule.fields
            label, href = (str(self.rule[name].label), f"#at_{name}") if is_field else ("", "")
            yield from (Wrong(label, href, str(text)) for text in texts)

    def _wrong_of_rows(self) -> Iterator[Wrong]:
        for rows in (self.conditions, self.actions):
            for text in rows.non_form_errors():
                yield Wrong(f"{rows.form.word}s", f"#{rows.prefix}", str(text))
            for number, row in enumerate(rows.shown, 1):
                for name, texts in row.errors.items():
                    where = f"{row.word} {number}"
                    yield from (Wrong(where, _place_of(row, name), str(text)) for text in texts)

    # --- making the forms ---

    def _fill(self, posted: QueryDict) -> None:
        self.rule = RuleForm(posted)
        self.conditions: Rows = Conditions(posted, prefix=IF, **self._about(IF))
        self.actions: Rows = Actions(posted, prefix=THEN, **self._about(THEN))

    def _show(self, rule: dict[str, Any], conditions: list[Any], actions: list[Any]) -> None:
        rule = {**rule, "seen": rule.get("seen") or state_of(self.stored)}
        self.rule = RuleForm(initial=rule)
        self.conditions = Conditions(initial=conditions, prefix=IF, **self._about(IF))
        self.actions = Actions(initial=actions, prefix=THEN, **self._about(THEN))

    def _about(self, part: str) -> dict[str, Any]:
        stored = self.stored or WrittenRule("", self.side)
        if part == IF:
            return {"catalogue": self.catalogues[self.side], "stored": stored.conditions}
        return {"catalogue": self.catalogues[self.target], "stored": stored.actions}

    def _entered(self, add: str) -> tuple[dict[str, Any], list[Any], list[Any]]:
        rule = {name: self.rule.text(name) for name in ("name", "effects", "seen")}
        ticked = {name: self.rule.is_ticked(name) for name in ("undo", "both_ways", "on")}
        conditions, actions = (
            [row.entered for row in rows.shown] + [{}] * (add == rows.prefix)
            for rows in (self.conditions, self.actions)
        )
        return {**rule, **ticked}, conditions, actions


def state_of(rule: WrittenRule | None) -> str:
    """Changes whenever the stored rule does."""
    return blake2b(repr(rule).encode(), digest_size=8).hexdigest() if rule else ""


def stored_rule(connection: Connection, key: str) -> WrittenRule | None:
    return next((rule for rule in stored_rules(connection) if rule.key == key), None)


def wrong_elsewhere(fault: Fault, rules: Sequence[WrittenRule]) -> Wrong:
    """``rules``: those that were judged."""
    rule = _rule_of(fault, rules)
    if rule is None:
        return Wrong("", "", fault.text)
    href = reverse("admin:rules_rule_change", args=[rule.key])
    return Wrong(f"Rule {rule.name}", href, fault.text)


def _rule_of(fault: Fault, rules: Sequence[WrittenRule]) -> WrittenRule | None:
    of_one = fault.at[:1] == ("rules",) and len(fault.at) > 1
    return rules[int(fault.at[1])] if of_one else None


def _of_stored(rule: WrittenRule | None) -> tuple[dict[str, Any], list[Any], list[Any]]:
    if rule is None:
        return {"on": True}, [], []
    effects = TAKE_BACK if rule.take_back else LEAVE
    about = {name: getattr(rule, name) for name in ("name", "undo", "both_ways", "on")}
    conditions = [
        {"kind": each.kind, "field": each.field, "op": each.op, "value": each.value}
        for each in rule.conditions
    ]
    actions = [
        {"kind": each.kind, "field": each.field, "value": each.value} for each in rule.actions
    ]
    return {**about, "effects": effects}, conditions, actions


def _place_of(row: Row, name: str) -> str:
    """Of its control, so that whoever follows the link can type there; else of the row."""
    shown = {
        "kind": True,
        "field": bool(row.choices.fields),
        "op": bool(row.choices.ops),
        "value": bool(row.control and row.control.has_entry),
    }
    return f"#id_{row.prefix}-{name}" if shown.get(name) else f"#{row.prefix}"
