"""Errors planted in what follows from rules, tags, marks, deletions and undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connections import observe
from rules.setup import Setup as Told
from rules.written import DEFAULT_RULES, WrittenAction, WrittenCondition, WrittenRule
from sync import heirs
from sync.engine import acting, both_ways, effects, plan, seeing, undo
from sync.engine.as_shown import as_shown
from sync.engine.draft import Draft
from sync.engine.effects import DELETIONS, same
from tests.world.history import Event, History, Setting
from tests.world.mutants import Mutant

CLIENTS = WrittenRule(
    "Clients", "a", (WrittenCondition("tag", "has", "Client"),),
    (WrittenAction("add tag", "From CRM"),), undo=True,
)  # fmt: skip
ECHO = WrittenRule(
    "Echo", "b", (WrittenCondition("tag", "has", "From CRM"),),
    (WrittenAction("add tag", "Known"),), undo=True,
)  # fmt: skip
MEMBERS = WrittenRule(
    "Members", "a", (WrittenCondition("tag", "has", "Member"),),
    (WrittenAction("add tag", "Member"),), undo=True, both_ways=True,
)  # fmt: skip
CARD = (("company", (1,)), ("emails", (1,)))
RUN: Event = ("run",)
MARKS = ("a-to-b",)


def _in_a(*tags: str, pid: int = 1) -> Event:
    return ("add", "a", pid, CARD, tags)


def _in_b(*tags: str) -> Event:
    return ("add", "b", 1, CARD, tags)


def _history(rules: tuple[WrittenRule, ...], *events: Event, **setting: Any) -> History:
    return History(Setting(fields=("company", "emails"), rules=rules, **setting), events)


EVERYTHING = (*DEFAULT_RULES, CLIENTS)


# --- the errors ---


def _all_is_ours(*given: Any, sound: Callable[..., Any] = effects._first) -> Any:
    """What was there already counts as put there by us."""
    move = sound(*given)
    return replace(move, effect=replace(move.effect, ours=True, before=""))


def _enforce(
    effect: Any, wants: Any, now: str, as_left: bool, sound: Callable[..., Any] = effects._go_on
) -> Any:
    """An action is done again as soon as somebody has undone it."""
    top = wants[0]
    if top.rule == effect.by and not same(top.kind, top.name, now, top.after):
        return effects._moved(effect, top.rule, now, top.after, writes=True)
    return sound(effect, wants, now, as_left)


def _believe_any_listing(
    container: Any, page: Any, *rest: Any, sound: Callable[..., Any] = observe._absorb_page
) -> None:
    """Whoever a listing does not name is gone, were it cut short or not."""
    if page.ending is not None:
        page = replace(page, ending=replace(page.ending, complete=True))
    sound(container, page, *rest)


def _nothing_agreed(*given: Any, **more: Any) -> dict[str, Any]:
    """Undo leaves the bases as they were, so that the next run does it all again."""
    return {"a": {}, "b": {}}


def _write_the_excluded(
    sides: Any, memory: Any, setup: Told, found: Any,
    sound: Callable[..., Any] = plan._left_out,
) -> Any:  # fmt: skip
    """Whoever left every rule is written like the others."""
    draft = Draft(sides, memory, setup)
    steps = tuple(step for side in "ab" if (step := draft.step(side, "update")))
    decision = sound(sides, memory, setup, found)
    return replace(decision, steps=(*decision.steps, *steps))


def _agree_when_leaving(
    sides: Any, memory: Any, setup: Told, found: Any,
    sound: Callable[..., Any] = plan._left_out,
) -> Any:  # fmt: skip
    """Whoever leaves every rule forgets what was agreed, and so what was edited since."""
    people = {side: view.contact for side, view in sides.items()}
    agreed = {
        line.key: as_shown(line, people, memory.base.get(line.key), setup) for line in setup.lines
    }
    return replace(sound(sides, memory, setup, found), agreed=agreed)


def _absent_is_taken_off(
    now: Any, base: Any, sound: Callable[..., Any] = both_ways._source
) -> str | None:
    """Both ways: what only one side has counts, at the first meeting, as taken off the other."""
    if base is None:
        return "b" if now["a"] else "a"
    found: str | None = sound(now, base)
    return found


def _never_unmark(setup: Told, sound: Callable[..., Any] = seeing.undoing) -> frozenset[str]:
    """The mark of a deletion stays although the contact is back."""
    found: frozenset[str] = sound(setup)
    return found - {DELETIONS}


RULE_MUTANTS = [
    Mutant(
        "what was there is taken back",
        [(effects, "_first", _all_is_ours)],
        [
            _history(
                EVERYTHING, _in_a("Client"), _in_b("From CRM"), RUN, ("untag", "a", 1, "Client")
            )
        ],
    ),
    Mutant(
        "action repeated after it was undone by a person",
        [(effects, "_go_on", _enforce)],
        [_history(EVERYTHING, _in_a("Client"), RUN, ("tick", 400), ("untag", "b", 1, "From CRM"))],
    ),
    Mutant(
        "marked for a listing that was cut short",
        [(observe, "_absorb_page", _believe_any_listing)],
        [
            _history(
                DEFAULT_RULES, _in_a(), _in_a(pid=2), RUN, ("set", "a", 1, "company", 12), RUN,
                a={"tells_deletions": False}, sync_deletions=MARKS,
            )
        ],
    ),
    Mutant(
        "heir ignored",
        [(heirs.Heirs, "of", lambda *given: [])],
        [
            _history(
                DEFAULT_RULES, _in_a(), RUN, ("remake", "a", 1), ("tick", 400),
                sync_deletions=MARKS,
            )
        ],
    ),
    Mutant(
        "undo leaves the bases",
        [(undo, "_agreed", _nothing_agreed)],
        [
            _history(
                DEFAULT_RULES, _in_a(), _in_b(), RUN, ("set", "a", 1, "company", 12), RUN,
                ("undo", 1), ("put", "a", 1, "emails", 14),
            )
        ],
    ),
    Mutant(
        "rules see what rules put there",
        [(seeing, "unaided", lambda contact, *given: contact)],
        [_history((*EVERYTHING, ECHO), _in_a("Client"), RUN, ("set", "b", 1, "company", 12))],
    ),
    Mutant(
        "excluded pairs are written",
        [(plan, "_left_out", _write_the_excluded)],
        [
            _history(
                (CLIENTS,), _in_a("Client"), RUN, ("untag", "a", 1, "Client"), RUN,
                ("set", "a", 1, "company", 12), ("tick", 400),
            )
        ],
    ),
    Mutant(
        "leaving a rule forgets what was agreed",
        [(plan, "_left_out", _agree_when_leaving)],
        [
            _history(
                (CLIENTS,), _in_a("Client"), RUN, ("untag", "a", 1, "Client"),
                ("set", "a", 1, "company", 12), RUN, ("tag", "a", 1, "Client"),
            )
        ],
    ),
    Mutant(
        "both ways takes absence for removal",
        [(both_ways, "_source", _absent_is_taken_off)],
        [_history((*DEFAULT_RULES, MEMBERS), _in_a("Member"), _in_b())],
    ),
    Mutant(
        "mark stays after a restore",
        [(acting, "undoing", _never_unmark)],
        [
            _history(
                DEFAULT_RULES, _in_a(), _in_a(pid=2), RUN, ("delete", "a", 1), RUN,
                ("restore", "a", 1), sync_deletions=MARKS,
            )
        ],
    ),
]  # fmt: skip
