"""What it means that contacts are in a state for a cause, and what a person can do about it, where.
Pure: a new cause of the engine is a line of ``_TOLD``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.desk.places import ACCOUNTS, MAPPING, OPTIONS, REVIEW, RULES, TRASH
from sync.engine.match import (
    ADDRESS_IN_USE,
    ALIKE,
    DELETED_THERE,
    DIFFERENT,
    HEIRS,
    NO_EMAIL,
    SAME_ADDRESS,
    SEVERAL,
    UNKNOWN_OUTCOME,
)
from sync.engine.person import NO_CAUSE, Cause
from sync.engine.plan import (
    DELETED,
    DELETED_WHILE_OUT,
    DIRECTION,
    EMPTY,
    HELD,
    NO_RULE,
    NO_STATUS,
    UNREADABLE,
)
from sync.engine.undo import UNDONE
from sync.leaving import LEFT
from sync.models import SyncRecord
from sync.settle import REFUSED, TRY_AGAIN

State = SyncRecord.State


@dataclass(frozen=True, slots=True)
class Remedy:
    """``label``: the cause in a few words; ``means`` and ``remedy``: sentences about them, the
    latter "" where nothing is to be done. ``where``: words of pages (``places``) on which it is
    done; none where it is done in an app."""

    label: str
    means: str
    remedy: str
    where: tuple[str, ...] = ()


_TOLD: Mapping[tuple[str, Cause], Remedy] = {
    (State.NEW, NO_CAUSE): Remedy(
        "being made",
        "They are known on one side, and their counterpart is not made yet.",
        "The next run makes it.",
    ),
    (State.NEW, HELD): Remedy(
        "being made, with a value held back",
        "Their counterpart is not made yet, and a value of theirs will not go with it.",
        "Look at a contact to see which value, and change it in the app.",
    ),
    (State.IN_SYNC, NO_CAUSE): Remedy(
        "all of it", "What is mapped is the same on both sides.", ""
    ),
    (State.IN_SYNC, HELD): Remedy(
        "a value is held back",
        "A value does not flow: another contact has that address, the other side needs one, or it "
        "went to and fro. Everything else does.",
        "Look at a contact to see which value, and change it in the app; one that went to and fro "
        "can be released.",
        (REVIEW,),
    ),
    (State.EXCLUDED, NO_EMAIL): Remedy(
        "no e-mail address",
        "They have no e-mail address, and such contacts are left out to avoid duplicates.",
        "Give them an address in the app, or let contacts without one sync too.",
        (OPTIONS,),
    ),
    (State.EXCLUDED, NO_RULE): Remedy(
        "no rule matches",
        "No rule matches them. Nothing is deleted; what changes stays where it is.",
        "Should they sync, change a rule, or give them in the app what a rule asks for.",
        (RULES,),
    ),
    (State.EXCLUDED, DIRECTION): Remedy(
        "the direction",
        "They are only on the side from which nothing flows, so nothing is made of them.",
        "Should they be made on the other side, change the direction.",
        (OPTIONS,),
    ),
    (State.EXCLUDED, NO_STATUS): Remedy(
        "no status is chosen",
        "The other app asks with which consent new contacts are made, and nobody said.",
        "Choose the status of new contacts.",
        (OPTIONS,),
    ),
    (State.EXCLUDED, EMPTY): Remedy(
        "nothing to send",
        "None of their fields that are mapped is filled, so there is nothing to make.",
        "Fill one in the app, or map a field that they have.",
        (MAPPING,),
    ),
    (State.EXCLUDED, LEFT): Remedy(
        "left as it is",
        "A person had both sides left as they are instead of making these.",
        "Should one be made all the same, say so.",
        (REVIEW,),
    ),
    (State.EXCLUDED, NO_CAUSE): Remedy(
        "looked at anew",
        "Who they are on the other side is open again.",
        "The next run sees to it.",
    ),
    (State.DUPLICATE, NO_CAUSE): Remedy(
        "of another contact",
        "Another contact has their address and is the one that syncs. They are left alone.",
        "Merge the two in the app, or give each an address of its own.",
        (REVIEW,),
    ),
    (State.DUPLICATE, ADDRESS_IN_USE): Remedy(
        "the address is taken",
        "The contact of the other side that has their address is paired with another one.",
        "Merge the two in the app, or give each an address of its own.",
        (REVIEW,),
    ),
    (State.DUPLICATE, SAME_ADDRESS): Remedy(
        "the same address twice",
        "Another contact of the same side has their address, and is the one that syncs.",
        "Merge the two in the app, or give each an address of its own.",
        (REVIEW,),
    ),
    (State.FAILED, NO_CAUSE): Remedy(
        "not written", "They could not be written.", "The reason stands at each."
    ),
    (State.FAILED, UNREADABLE): Remedy(
        "not to be understood",
        "The app shows something of them that cannot be understood, so nothing of them flows.",
        "Mend the contact in the app; the reason stands at each. It is read again when it changes.",
    ),
    (State.FAILED, TRY_AGAIN): Remedy(
        "no answer",
        "The app did not answer, or was too busy, when they were written.",
        "It is tried again by itself, after longer and longer pauses. If it goes on, look at the "
        "account.",
        (ACCOUNTS,),
    ),
    (State.FAILED, REFUSED): Remedy(
        "refused by the app",
        "The app does not take them as they are; what it answered stands at each.",
        "Change the contact, or the line of the field: then it is tried again by itself. It can be "
        "tried again by hand, too.",
        (REVIEW, MAPPING),
    ),
    (State.DELETED_OPPOSITE, NO_CAUSE): Remedy(
        "on one side",
        "They were deleted on one side. On the other they are kept, and never made here again.",
        "Delete the other one too, if that is meant.",
        (TRASH,),
    ),
    (State.DELETED_OPPOSITE, DELETED): Remedy(
        "deleted on one side",
        "They were deleted on one side. On the other they are kept, and never made here again.",
        "Delete the other one too, if that is meant.",
        (TRASH,),
    ),
    (State.DELETED_OPPOSITE, DELETED_WHILE_OUT): Remedy(
        "deleted while left out",
        "They were deleted on one side while no rule matched them, so the other is not marked.",
        "",
    ),
    (State.TO_REVIEW, NO_CAUSE): Remedy(
        "a person has to decide",
        "It is not sure who they are on the other side. Nothing is written.",
        "Say who is the same person, and who is not.",
        (REVIEW,),
    ),
    (State.TO_REVIEW, SEVERAL): Remedy(
        "several could be the person",
        "Several contacts share an address, so it is not sure who is whom. Nothing is written.",
        "Say who is the same person.",
        (REVIEW,),
    ),
    (State.TO_REVIEW, ALIKE): Remedy(
        "looks like somebody",
        "A contact of the other side has the same name and phone number or company, but no address "
        "in common.",
        "Say whether they are the same person.",
        (REVIEW,),
    ),
    (State.TO_REVIEW, DELETED_THERE): Remedy(
        "was deleted over there",
        "Their address belonged to a contact that was deleted on the other side.",
        "Say whether it is to be made there again.",
        (REVIEW,),
    ),
    (State.TO_REVIEW, HEIRS): Remedy(
        "several took the place",
        "One of the two was deleted, and several contacts have its address now.",
        "Say who is the same person.",
        (REVIEW,),
    ),
    (State.TO_REVIEW, UNKNOWN_OUTCOME): Remedy(
        "made, or not?",
        "The answer to their creation was lost, and they have no address to be found by.",
        "Look in the app whether they are there. If not, have them made again.",
        (REVIEW,),
    ),
    (State.APART, NO_CAUSE): Remedy(
        "by a person's word",
        "They are different people, or their match was undone. Neither follows the other.",
        "It can be taken back.",
        (REVIEW,),
    ),
    (State.APART, DIFFERENT): Remedy(
        "different people",
        "A person said that they are different people, though they share an address.",
        "It can be taken back.",
        (REVIEW,),
    ),
    (State.APART, UNDONE): Remedy(
        "parted by an undo",
        "Their match, or their creation, was undone. Neither follows the other.",
        "They can be a pair again; what was made by mistake can be deleted.",
        (REVIEW, TRASH),
    ),
}  # fmt: skip


def remedy_of(state: str, cause: str) -> Remedy:
    """Where the cause is not known, or one of an earlier version, only the state is told."""
    return _TOLD.get((state, Cause(cause))) or _TOLD[state, NO_CAUSE]


def causes_of(state: str) -> Mapping[str, str]:
    """All of this state, in words."""
    return {str(cause): told.label for (of, cause), told in _TOLD.items() if of == state}


def states_with(cause: str) -> list[str]:
    return [str(state) for state, of in _TOLD if of == cause]


def causes() -> frozenset[str]:
    """All that are told, but for none."""
    return frozenset(cause for _, cause in _TOLD if cause)
