"""Random apps and random, correct configurations of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from connectors.connector import Catalogue
from connectors.fields import Field, FieldType, fold, tidy
from connectors.memory.app import Quirks
from rules.setup import A_TO_B, B_TO_A, MARK_KINDS, TWO_WAY, other
from rules.words import (
    Form,
    Takes,
    action_word,
    condition_word,
    fields_to_set,
    is_negative,
    operators_for,
    possible_actions,
    possible_conditions,
)

STATUSES = ("subscribed", "unsubscribed", "pending", "cleaned")
OPTIONS = {"a": ("S", "L", "no"), "b": ("Small", "Large", "0x1")}
#: Words that YAML takes for something else, and characters that it has to spell.
ODD = ("on", "null", "~", "1e3", "a: b", "- x", "#x", "{x}", "${X}", "'", '"', "\\", "é\u2028ß")


@dataclass(frozen=True)
class Apps:
    """By side what each app can do, and its catalogue."""

    quirks: dict[str, Quirks]
    catalogues: dict[str, Catalogue] = field(default_factory=dict)


def custom(side: str) -> tuple[Field, ...]:
    """One field of each type, and a text that only rules set."""
    choosing = (FieldType.CHOICE, FieldType.CHOICES)
    return (
        *(
            Field(
                f"custom:{type_.value.title()}",
                type_.value,
                type_,
                options=OPTIONS[side] if type_ in choosing else (),
            )
            for type_ in FieldType
        ),
        Field("custom:Free", "Free"),
        Field("custom:Fixed", "Fixed", writable=False),
    )


@st.composite
def apps(draw: st.DrawFn) -> Apps:
    quirks = {
        side: Quirks(
            segments=frozenset(draw(st.sets(st.sampled_from(MARK_KINDS)))),
            statuses=draw(st.sampled_from([(), STATUSES])),
            tells_deletions=draw(st.booleans()),
            custom=custom(side),
        )
        for side in "ab"
    }
    return Apps(
        quirks,
        {
            side: Catalogue(
                each.offered,
                dict.fromkeys(each.segments, ()),
                statuses=each.statuses,
                tells_deletions=each.tells_deletions,
            )
            for side, each in quirks.items()
        },
    )


def texts(longest: int = 20) -> st.SearchStrategy[str]:
    """Not blank, as they are typed."""
    letters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
    return st.sampled_from(ODD) | st.text(letters, min_size=1, max_size=longest).filter(tidy)


def names() -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zs", "Zl", "Zp", "Cf", "Co"))
    return st.sampled_from(("on", "null", "1e3", "a: b")) | st.text(
        letters, min_size=1, max_size=100
    ).filter(lambda name: name == name.strip() and name.isprintable())


@st.composite
def connection(draw: st.DrawFn, of: Apps) -> dict[str, Any]:
    """As the configuration file has it, without name and sides."""
    found: dict[str, Any] = {
        "direction": draw(st.sampled_from([TWO_WAY, A_TO_B, B_TO_A])),
        "winner": draw(st.sampled_from("ab")),
        "avoid_duplicates": draw(st.booleans()),
        "never_blank": draw(st.booleans()),
        "sync_deletions": [
            way
            for way, source in ((A_TO_B, "a"), (B_TO_A, "b"))
            if of.quirks[source].tells_deletions
            and of.quirks[other(source)].segments
            and draw(st.booleans())
        ],
        "sync_unsubscribes": [
            way
            for way, source in ((A_TO_B, "a"), (B_TO_A, "b"))
            if of.quirks[source].statuses
            and of.quirks[other(source)].segments
            and draw(st.booleans())
        ],
        "region": draw(st.sampled_from(["", "BE", "NO"])),
        "interval": draw(st.integers(1, 100)),
        "keep_gone": draw(st.integers(0, 100)),
        "state": draw(st.sampled_from(["draft", "active", "paused"])),
        "brakes": {"marks": [draw(st.integers(0, 9)), 0.125], "most": draw(st.integers(0, 99))},
    }
    if any(quirks.statuses for quirks in of.quirks.values()):
        found["new_status"] = draw(st.sampled_from(STATUSES[:3]))
    found["default_mapping"] = draw(st.booleans())
    found["mappings"] = draw(lines(of))
    if draw(st.integers(0, 4)):
        mapped = {line[side] for line in found["mappings"] for side in "ab"}
        unmapped = {
            item.name for item in of.catalogues["a"].fields if item.name.startswith("custom:")
        } - mapped
        drawn = st.lists(rule(of, unmapped), max_size=4, unique_by=lambda each: each["name"])
        found["rules"] = draw(drawn)
    return found


@st.composite
def lines(draw: st.DrawFn, of: Apps) -> list[dict[str, Any]]:
    found = []
    for item in of.catalogues["a"].fields:
        if not item.name.startswith("custom:") or item.name == "custom:Free" or draw(st.booleans()):
            continue
        if not item.writable:
            continue
        line: dict[str, Any] = {"a": item.name, "b": item.name}
        line["arrow"] = draw(st.sampled_from(["<->", "->", "<-"]))
        if item.options:
            theirs = draw(st.permutations(OPTIONS["b"]))
            count = draw(st.integers(0, len(theirs)))
            line["values"] = dict(zip(OPTIONS["a"][:count], theirs, strict=False))
        if draw(st.booleans()):
            line["on"] = draw(st.booleans())
        if draw(st.booleans()):
            line["winner"] = draw(st.sampled_from("ab"))
        found.append(line)
    if draw(st.booleans()):
        found.append({"a": "emails", "arrow": "<->", "b": "emails", "on": draw(st.booleans())})
    return found


@st.composite
def rule(draw: st.DrawFn, of: Apps, unmapped: set[str]) -> dict[str, Any]:
    side = draw(st.sampled_from("ab"))
    found: dict[str, Any] = {
        "name": draw(names()),
        "from": side,
        "if": draw(st.lists(condition(of.catalogues[side]), max_size=3)),
        "then": draw(
            st.lists(
                action(of.catalogues[other(side)], unmapped),
                max_size=3,
                unique_by=lambda each: (each["kind"].split()[-1], fold(each.get("field", ""))),
            )
        ),
        "undo": draw(st.booleans()),
        "on": draw(st.booleans()),
    }
    if not found["on"]:
        found["take_back"] = draw(st.booleans())
    conditions, actions = found["if"], found["then"]
    if (
        len(conditions) == len(actions) == 1
        and conditions[0]["kind"] in MARK_KINDS
        and not is_negative(conditions[0]["op"])
        and actions[0]["kind"].startswith("add")
    ):
        found["both_ways"] = draw(st.booleans())
    return found


@st.composite
def condition(draw: st.DrawFn, catalogue: Catalogue) -> dict[str, Any]:
    kind = draw(st.sampled_from(possible_conditions(catalogue)))
    word = condition_word(kind)
    assert word
    chosen = draw(st.sampled_from(catalogue.fields)) if kind == "field" else None
    op = draw(st.sampled_from(operators_for(kind, chosen)))
    found: dict[str, Any] = {"kind": kind, "op": op}
    if chosen:
        found["field"] = chosen.name
    form = word.form(op, chosen, catalogue)
    if form.takes == Takes.LIST:
        found["value"] = draw(st.lists(value(form, chosen), min_size=1, max_size=3))
    elif form.takes != Takes.NONE:
        found["value"] = draw(value(form, chosen))
    return found


@st.composite
def action(draw: st.DrawFn, catalogue: Catalogue, unmapped: set[str]) -> dict[str, Any]:
    to_set = [item for item in fields_to_set(catalogue) if item.name in unmapped]
    kinds = [kind for kind in possible_actions(catalogue) if kind != "set field" or to_set]
    kind = draw(st.sampled_from(kinds))
    word = action_word(kind)
    assert word
    if kind != "set field":
        return {"kind": kind, "value": draw(texts())}
    chosen = draw(st.sampled_from(to_set))
    form = word.form(chosen.name, catalogue)
    return {"kind": kind, "field": chosen.name, "value": draw(value(form, chosen, to_set=True))}


def value(form: Form, of: Field | None, *, to_set: bool = False) -> st.SearchStrategy[str]:
    if form.closed:
        return st.sampled_from(form.options)
    if to_set and of and of.type == FieldType.DATETIME:
        return st.datetimes().map(lambda moment: f"{moment.isoformat()}+01:00")
    if form.takes == Takes.DATE:
        return st.dates().map(str)
    if form.takes == Takes.NUMBER or (of and of.type == FieldType.NUMBER):
        return st.integers(0, 36525).map(str)
    return texts()
