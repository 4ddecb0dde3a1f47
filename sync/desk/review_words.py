"""What waits, in the words of its page: its kinds, what they mean, and what each answer does."""

from __future__ import annotations

from collections.abc import Mapping

from sync.by_hand import AGAIN, CREATE, DIFFERENT, RELEASE, REUNITE, SAME
from sync.desk.remedies import Remedy, remedy_of
from sync.engine.match import ALIKE, UNKNOWN_OUTCOME
from sync.reviewing import (
    APART,
    CONFLICT,
    DUPLICATE,
    FAILED,
    HELD,
    LEFT_OUT,
    PUT_BACK,
    TO_REVIEW,
    Waiting,
)

LATER = "later"

#: The order in which people come to see them: what waits, then what may be changed.
LABELS: Mapping[str, str] = {
    TO_REVIEW: "To review",
    FAILED: "Failed",
    HELD: "Going to and fro",
    DUPLICATE: "Duplicates",
    CONFLICT: "Gave way",
    LEFT_OUT: "Left as it is",
    APART: "Kept apart",
}
#: Those that wait for a person; the others are listed and left alone.
WAIT = (TO_REVIEW, FAILED, HELD)

NONE_OF: Mapping[str, str] = {
    TO_REVIEW: "Nobody is to be reviewed: whoever meets for the first time was told apart.",
    FAILED: "No contact is refused by its app.",
    HELD: "No value goes to and fro between two apps.",
    DUPLICATE: "No contact has the address of another.",
    CONFLICT: "No value gave way that could be put back.",
    LEFT_OUT: "Nobody is left out since somebody said to leave it as it is.",
    APART: "Nobody is kept apart.",
}

#: What is no state of a contact, or not all of one.
_OWN: Mapping[str, Remedy] = {
    HELD: Remedy(
        "values that went to and fro",
        "Something sets the value back each time: another connection, a rule, or an automation in "
        "one of the apps. The other fields go on meanwhile.",
        "Find what it is first.",
    ),
    CONFLICT: Remedy(
        "both sides had changed it",
        "The value of the winning side was written to both.",
        "Nothing has to be done.",
    ),
    APART: Remedy(
        "not synced with each other",
        "Somebody said that they are different people, or undid that they were paired.",
        "Nothing has to be done.",
    ),
}

#: What stands beside a choice.
ANSWERS: Mapping[str, str] = {
    SAME: "Same person",
    DIFFERENT: "Different people",
    CREATE: "Make it",
    AGAIN: "Try again",
    RELEASE: "Let it flow again",
    PUT_BACK: "Put back",
    REUNITE: "Take it back",
    LATER: "Later",
}
_DOES: Mapping[str, str] = {
    SAME: "They are a pair from then on. What one has and the other has not is filled in; where "
    "they differ, the value of {winner} stays.",
    DIFFERENT: "They are kept apart until that is taken back. Neither is made new on the other "
    "side, since its address is there already.",
    CREATE: "It is made on the other side, and the two are kept equal.",
    AGAIN: "It is tried at once, whatever was in the way.",
    RELEASE: "The value flows again, and is held again if it goes on to and fro.",
    PUT_BACK: "The value that gave way is written to both sides instead.",
    REUNITE: "Who were a pair are one again; others meet as if for the first time.",
    LATER: "Nothing happens, and it is asked again.",
}
_DOES_FOR: Mapping[tuple[str, str], str] = {
    (DIFFERENT, ALIKE): "They are kept apart, and each is made new on the other side.",
    (CREATE, UNKNOWN_OUTCOME): "It is not there: it is made now.",
}


def meaning_of(item: Waiting) -> Remedy:
    """What it means that this waits, and what can be done about it elsewhere."""
    if item.kind in _OWN or item.row is None:
        return _OWN[item.kind]
    return remedy_of(item.row.state, item.cause)


def does(word: str, cause: str, winner: str) -> str:
    """What an answer does, of contacts that wait for this cause. ``winner``: the name of the side
    whose values stay."""
    return (_DOES_FOR.get((word, cause)) or _DOES[word]).format(winner=winner)
