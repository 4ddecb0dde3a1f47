"""Whether a deletion or an unsubscribe of one side can be marked on the other. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.connector import Catalogue
from rules.building import mark_kind
from rules.setup import A_TO_B, MARK_KINDS, other

SYNC_DELETIONS, SYNC_UNSUBSCRIBES = "sync_deletions", "sync_unsubscribes"


def source_of(direction: str) -> str:
    """The side on which it happens; the other one is marked."""
    return "a" if direction == A_TO_B else "b"


def missing_for(
    option: str,
    direction: str,
    catalogues: Mapping[str, Catalogue],
    names: Mapping[str, object],
) -> list[str]:
    """Why a direction of the option is not possible; empty where it is.

    Its first side has to tell, and its second to carry the mark. ``names``: by side, how it is
    called to people.
    """
    source = source_of(direction)
    target = other(source)
    missing = []
    if option == SYNC_DELETIONS and not catalogues[source].tells_deletions:
        missing.append(f"{names[source]} does not tell which contacts were deleted")
    if option == SYNC_UNSUBSCRIBES and not catalogues[source].statuses:
        missing.append(f"{names[source]} does not know who unsubscribed")
    if not mark_kind(catalogues[target]):
        kinds = f"{', '.join(MARK_KINDS[:-1])} or {MARK_KINDS[-1]}"
        missing.append(f"{names[target]} has no {kinds} to mark a contact with")
    return missing
