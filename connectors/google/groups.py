"""The labels of an account: contact groups, in the words of the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from connectors.connector import World
from connectors.errors import AppError, Refused
from connectors.fields import fold
from connectors.google.api import Api, problem_of
from connectors.google.person import text
from connectors.google.problem import result_of

#: How old the names may be that contacts are shown with.
AGE = timedelta(hours=1)


class Groups:
    """``names``: by resource name those of labels, and "" for groups that are Google's own
    (starred, my contacts, friends …), which are left alone. ``at``: when they were listed.
    ``moved``: a label has another name than was known, or is no more."""

    def __init__(self, api: Api, world: World) -> None:
        self._api = api
        self._now = world.now
        self._is_fresh = False
        self._asked_for: set[str] = set()
        self.names: dict[str, str] = {}
        self.at: datetime | None = None
        self.moved = False

    def know(self, names: Mapping[str, str], at: datetime | None) -> None:
        """What an earlier reading knew. What was listed since then wins."""
        if self._is_fresh:
            self._compare(names)
        else:
            self.names, self.at = dict(names), at

    def refresh(self) -> None:
        before = self.names
        self.names = {
            resource: _name(group)
            for group in self._api.groups()
            if (resource := text(group, "resourceName"))
        }
        self.at, self._is_fresh = self._now(), True
        self._compare(before)

    def renew(self) -> None:
        """Before labels are looked up by name: one that was renamed meanwhile is another."""
        if not self._is_fresh:
            self.refresh()

    def refresh_if_old(self) -> None:
        if self.at is None or not timedelta(0) <= self._now() - self.at < AGE:
            self.refresh()

    def cover(self, wanted: Collection[str]) -> None:
        """Ask again where one of these is not known; for each of them once."""
        missing = set(wanted) - self.names.keys() - self._asked_for
        if missing:
            self._asked_for |= missing
            self.refresh()

    def _compare(self, before: Mapping[str, str]) -> None:
        self.moved = self.moved or any(
            name and self.names.get(resource, "") != name for resource, name in before.items()
        )

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.names.values() if name))

    # --- By name --------------------------------------------------------------------------

    def called(self, name: str) -> list[str]:
        """The labels of this name, however it is written."""
        wanted = fold(name)
        return [resource for resource, found in self.names.items() if fold(found) == wanted]

    def resource(self, name: str) -> str | AppError:
        """The label of this name; made where there is none. Raises what concerns the account."""
        if not fold(name):
            return Refused("A label without a name cannot be made in Google Contacts.")
        self.renew()
        found = self.called(name)
        return found[0] if found else self._make(name.strip())

    def _make(self, name: str) -> str | AppError:
        reply = self._api.create_group(name)
        made = text(reply.data, "resourceName") if isinstance(reply.data, dict) else ""
        if reply.is_success and made:
            self.names[made] = name
            return made
        # Somebody else has just made it, or an earlier try of ours (409).
        self.refresh()
        if found := self.called(name):
            return found[0]
        if reply.status == 409:
            return Refused(
                f"Google Contacts keeps the name {name!r} for a group of its own.",
                "Choose another name for the label.",
            )
        return result_of(problem_of(reply))


def _name(group: Mapping[str, object]) -> str:
    return text(group, "name") if group.get("groupType") == "USER_CONTACT_GROUP" else ""
