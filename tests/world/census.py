"""What took place in histories, counted: what they are to contain, and did contain.

Words of what is counted: of an event its first (``tag``, ``undo``; of an option also its name), if
it changed anything; of a fault what, when and where (``kill after a commit``, ``edit within a
call``); ``a run is held``; ``step mark done``; of settings ``lag``, ``turned`` and other quirks,
``a-to-b`` and other options.
"""

from __future__ import annotations

from collections import Counter

from sync.models import Step
from tests.world.history import Setting
from tests.world.world import World

#: What people do in every kind of history.
_PEOPLE = ("add", "set", "clear", "put", "take", "swap")
#: What goes wrong in every kind, at calls and at commits; meanwhile people edit, and another
#: worker comes.
_FAULTS = (
    "kill before a call", "kill after a call", "vanish after a call",
    "kill before a commit", "kill after a commit", "vanish before a commit",
    "vanish after a commit", "lost before a call", "lost after a call", "short after a call",
    "busy before a call", "ill before a call", "ill after a call", "locked before a call",
    "edit before a call", "edit after a call", "overlap before a call", "overlap after a call",
    "stall after a call", "a run is killed", "a run is failed", "a run is busy", "a run is refused",
)  # fmt: skip
#: A batch that is broken off, or amid which somebody edits.
_WITHIN = (
    "kill within a call", "vanish within a call", "lost within a call", "busy within a call",
    "edit within a call",
)  # fmt: skip
_STEPS = ("step create done", "step update done")
_RULES = (
    "rules", "step act done", "step mark done", "a run is held",
    "option direction", "option sync_deletions", "option sync_unsubscribes",
)  # fmt: skip
_QUIRKS = (
    "lag", "turned", "batch", "page", "chosen_ids", "markers", "conditional_writes", "deltas",
    "reads_back", "normalise",
)  # fmt: skip
_OPTIONS = ("line", "option winner", "option never_blank", "a-to-b", "b-to-a")

#: By kind what its histories are to contain.
CONTAINED = {
    "two apps": (
        *_PEOPLE, *_FAULTS, *_WITHIN, *_STEPS, *_QUIRKS, *_OPTIONS, "limits",
        "turn", "delete", "tick", "forget", "preview",
    ),
    "with rules": (
        *_PEOPLE, *_FAULTS, *_WITHIN, *_STEPS, *_QUIRKS, *_OPTIONS, *_RULES,
        "limits", "tick", "forget", "preview", "undo", "bin", "step undo done", "step revert done",
        "step delete done", "turn", "tag", "untag", "level", "delete", "archive", "restore",
        "remake", "merge", "unsubscribe", "subscribe", "archives", "merges", "statuses",
        "tells_deletions", "arrows", "picky", "required", "brakes", "step create refused",
        "step update refused",
    ),
    "ring": (
        *_PEOPLE, *_STEPS, *_QUIRKS, "kill", "vanish", "lost", "short", "edit",
        "overlap", "stall", "a run is killed", "a run is failed", "a run is busy", "tick",
        "forget", "tag", "untag", "level", "step act done",
    ),
    "real connectors": (
        *_PEOPLE, *_FAULTS, *_STEPS, *_OPTIONS, *_RULES, "tick", "forget", "preview",
        "undo", "tag", "untag", "delete", "unsubscribe", "subscribe", "contactually", "google",
        "mailchimp", "lag", "shuffled", "order", "all_or_nothing", "access renewed", "token_days",
    ),
}  # fmt: skip


def census(world: World) -> Counter[str]:
    """Before another world empties the tables."""
    steps = Step.objects.filter(leads=True).values_list("verb", "result")
    counted = Counter(f"step {verb} {result}" for verb, result in steps)
    return counted + world.met + Counter(_told_by(world.setting))


def missing(kind: str, met: Counter[str]) -> list[str]:
    """``kill``: at whatever time."""
    there = {word for word in met if met[word]}
    there |= {word.partition(" ")[0] for word in there}
    return [word for word in CONTAINED[kind] if word not in there]


def _told_by(setting: Setting) -> list[str]:
    """What is not as usual."""
    usual = Setting()
    quirks = [name for side in setting.apps for name in setting.quirks(side)]
    options = [name for name in vars(usual) if getattr(setting, name) != getattr(usual, name)]
    return [*quirks, *options, *setting.real.values(), setting.direction]
