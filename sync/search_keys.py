"""By what names are searched where the mirror knows the person no more: steps and sync records
outlive the contacts that they tell of."""

from __future__ import annotations

from connections.name_parts import bare
from connectors.fields import fold

#: Characters of a name that it can be found by.
LONGEST = 60


def name_key(name: str) -> str:
    """Of what is typed as of what is kept: a beginning stays one."""
    return bare(fold(name))[:LONGEST]
