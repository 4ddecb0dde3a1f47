"""Lists that come to a side that has none, or that both sides have alike: most of what a first
sync does."""

from __future__ import annotations

from connectors.contact import Entry, as_entries, entry_to_json
from connectors.fields import normal
from rules.setup import Line, Setup, other
from sync.engine.line import Choice, Outcome, Shown, Writing, agree_on, carried
from sync.engine.terms import terms_of


def copy_list(line: Line, shown: Shown, setup: Setup) -> Outcome | None:
    """What ``merge_list`` would say, at a third of its cost; None where there is more to it
    than a copy."""
    source = "a" if shown.a else "b"
    target = other(source)
    entries, there = shown.value(source), shown.value(target)
    is_copy = shown.base is None and not there and setup.flows(line, target)
    if not is_copy or isinstance(entries, str) or not terms_of(line).same:
        return None
    once: dict[str, Entry] = {}
    for entry in entries:
        once.setdefault(normal(line.a.type, entry.value, setup.region), entry)
    values = [entry_to_json(entry) for entry in once.values()]
    writing = Writing(
        tuple(once.values()),
        carried(shown, Choice(source)),
        tuple([None, [value, value]] for value in values),
    )
    return Outcome(writes={target: writing})


def same_list(line: Line, shown: Shown, setup: Setup) -> Outcome | None:
    """The same where two meet whose lists hold the same elements in the same order, each once."""
    a, b = as_entries(shown.a), as_entries(shown.b)
    if shown.base is not None or not a or len(a) != len(b) or not terms_of(line).same:
        return None
    forms = [normal(line.a.type, entry.value, setup.region) for entry in a]
    if len(set(forms)) != len(forms):
        return None
    if a != b and forms != [normal(line.b.type, entry.value, setup.region) for entry in b]:
        return None
    pairs = zip(a, b, strict=True)
    return agree_on(
        shown, *([None, [entry_to_json(one), entry_to_json(two)]] for one, two in pairs)
    )
