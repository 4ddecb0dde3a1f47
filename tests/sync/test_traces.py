"""What counts of a write that got no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connections.models import Record
from connectors.contact import Contact, Segment, Value, contact_to_json
from connectors.fields import STANDARD
from rules.setup import Line, Setup
from sync.engine.effects import Effect, effect_to_json
from sync.models import Step
from sync.traces import carried_out, split_as_shown
from tests.sync.engine.pairs import phones

SETUP = Setup("c", tuple(Line(STANDARD[x], STANDARD[x]) for x in ("company", "phones")))
VIP = Segment("tag", "VIP")
ONE, TWO = phones("+3221111111 work", "+3222222222 home")


def record(contact: Contact) -> Record:
    return Record(contact=contact_to_json(contact))


def put_on(kind: str, name: str, after: str) -> Step:
    effect = Effect("b", kind, name, "", after, after, True, "7", ("7",))
    change = {"before": "", "after": after}
    fields = {kind: change} if kind == "tag" else {name: change}
    return Step(verb="act", fields=fields, effects={effect.target: effect_to_json(effect)})


def sent(verb: str, *, before: Value = "", **values: Value) -> Step:
    shown = {
        name: contact_to_json(Contact({name: x}))["fields"][name] for name, x in values.items()
    }
    old = contact_to_json(Contact({"phones": before}))["fields"].get("phones", "")
    rows: dict[str, Any] = {"company": [[None, ["Ajax", "Ajax"]]]}
    if "phones" in shown:
        rows["phones"] = [[None, [entry, entry]] for entry in shown["phones"]]
    return Step(
        verb=verb,
        fields={name: {"before": old, "after": value} for name, value in shown.items()},
        agree={name: rows[name] for name in shown},
    )


def test_of_a_contact_that_may_be_anothers_what_is_there_counts() -> None:
    lead, tag, level = (
        sent("create", company="Ajax", phones=(ONE, TWO)),
        put_on("tag", "VIP", "VIP"),
        put_on("field", "custom:Level", "Gold"),
    )
    there = record(Contact({"company": "Other", "phones": (TWO,)}, frozenset({VIP})))
    kept, dropped = split_as_shown([lead, tag, level], there, SETUP, "b")
    assert (kept, dropped) == ([lead, tag], [level])
    assert {key: len(ops) for key, ops in lead.agree.items()} == {"phones": 1}
    assert lead.agree["phones"][0][1][1]["value"] == TWO.value
    assert tag.effects


@pytest.mark.parametrize("put", ["a", "b"])
def test_a_membership_counts_where_its_place_is_shown(put: str) -> None:
    target = "both 7 tag vip = tag vip"
    step = Step(effects={target: {"a": True, "b": True, "put": put, "place": ["tag", "VIP"]}})
    split_as_shown([step], record(Contact()), SETUP, "b")
    assert bool(step.effects) == (put == "a")


def test_an_update_of_which_an_element_is_there_was_carried_out_that_far() -> None:
    step = sent("update", before=(ONE,), phones=(ONE, TWO))
    three = replace(TWO, value="+3223333333")
    kept, dropped = carried_out([step], record(Contact({"phones": (TWO, three)})), SETUP, "b")
    assert (kept, dropped) == ([step], [])
    assert [op[1][1]["value"] for op in step.agree["phones"]] == [TWO.value]
    step = sent("update", before=(ONE,), phones=(ONE, TWO))
    assert carried_out([step], record(Contact({"phones": (ONE, three)})), SETUP, "b") == (
        (),
        [step],
    )


def test_an_update_of_who_is_gone_was_not_carried_out() -> None:
    step = sent("update", company="Ajax")
    there = record(Contact({"company": "Ajax"}))
    assert carried_out([step], there, SETUP, "b") == ([step], ())
    there.gone_at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert carried_out([step], there, SETUP, "b") == ((), [step])
