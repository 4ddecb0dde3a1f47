"""What steps did, on whose account and how it ended, for people."""

from __future__ import annotations

from collections.abc import Mapping

from sync.models import Step

#: By verb, in the order in which they are offered.
VERBS: Mapping[str, str] = {
    "create": "Made new",
    "update": "Changed",
    "link": "Paired",
    "merge": "Took another's place",
    "act": "Put on or set",
    "revert": "Taken back",
    "mark": "Marked",
    "unmark": "Mark taken off",
    "delete": "Deleted",
    "restore": "Back again",
    "exclude": "Left out",
    "include": "Taken in again",
    "duplicate": "Found to be a duplicate",
    "hold": "Held back",
    "release": "Released",
    "drift": "Drifted",
    "fail": "Not understood",
    "apart": "Kept apart",
    "undo": "Undone",
}
#: By cause.
_ACCOUNTS: Mapping[str, str] = {
    "a": "Edited in A",
    "b": "Edited in B",
    "rule": "A rule",
    "mapping": "The connection",
    "mark": "An option",
    "person": "A person",
}


def did(verb: str, side: str) -> str:
    word = VERBS.get(verb, verb)
    return f"{word} in {side.upper()}" if side else word


def on_account_of(step: Step) -> str:
    """The rule by its name, the person by theirs."""
    if step.by is not None:
        return str(step.by)
    if step.rule:
        return step.rule.partition(": ")[0]
    return _ACCOUNTS.get(step.cause, step.cause)
