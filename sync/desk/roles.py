"""The roles that staff can have, in words: the groups that migration 0003_roles makes."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import Group

ROLES: Mapping[str, str] = {
    "Viewers": "Look at everything but names and values of contacts.",
    "Operators": "See names and values too; sync, preview, start and pause; export the audit log.",
    "Administrators": "All that; set up and change accounts, connections and rules.",
    "Sees personal data": "Adds names and values of contacts to another role.",
    "Deletes contacts": "Adds deleting contacts in the apps to another role.",
}


def in_words(group: Group) -> str:
    """Groups that somebody else made have a name only."""
    what = ROLES.get(group.name)
    return f"{group.name}: {what}" if what else group.name
