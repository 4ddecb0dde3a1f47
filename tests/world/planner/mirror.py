"""What is known of the contacts of one app, in memory (``connections.mirror``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from connections.models import Key
from connections.stamps import Stamp, restamp, stamp_of
from connectors.contact import Contact, digest
from connectors.fields import FieldType, fold, normal
from connectors.memory import keeping
from sync.engine.person import View
from tests.world.app import WatchedApp


class Mirror:
    """``first``: the number of its first contact."""

    def __init__(self, app: WatchedApp, first: int) -> None:
        self.app = app
        self.views: dict[int, View] = {}
        self.ids: dict[str, int] = {}
        #: A Lamport clock, and its time of the latest change of each contact.
        self.clock = 0
        self.numbers: dict[int, int] = {}
        self.gone_at: dict[int, datetime] = {}
        self.heirs: dict[int, str] = {}
        self._next, self._upto = first, 0

    def look(self, now: datetime) -> None:
        """What changed in the app since the last look."""
        shown, self._upto = self.app.visible(self._upto)
        for id, version in shown.items():
            if version.contact is not None:
                self.take(id, keeping.shown(version.contact, self.app.quirks), now)
            elif id in self.ids:
                self.lose(self.ids[id], now)
        for heir, absorbed in self.app.absorbed.items():
            for id in absorbed:
                if id in self.ids and self.heirs.get(self.ids[id]) != heir:
                    self.heirs[self.ids[id]] = heir
                    self._note(self.ids[id])

    def take(
        self, id: str, contact: Contact, now: datetime, written: Mapping[str, Stamp] | None = None
    ) -> View:
        """A contact as the app shows it; ``written``: in its answer to a write of ours, with the
        stamps of what was written."""
        pk = self.ids.setdefault(id, self._next)
        self._next += pk == self._next
        old = self.views.get(pk) or View(pk, id, None, "", seen=pk)
        mark = "" if contact.deleted else digest(contact)
        if mark != old.digest or old.gone != contact.deleted or written is not None:
            self._note(pk, *(stamp.number for stamp in (written or {}).values()))
        stamps = restamp(
            old.contact, contact, old.stamps, written or {}, {}, self.numbers.get(pk, 0)
        )
        if contact.deleted:
            self.gone_at.setdefault(pk, now)
        else:
            self.gone_at.pop(pk, None)
            self.heirs.pop(pk, None)
        texts = () if contact.deleted else contact.texts("emails")
        self.views[pk] = replace(
            old,
            contact=contact,
            digest=mark,
            stamps=stamps,
            gone=contact.deleted,
            emails=tuple(dict.fromkeys(normal(FieldType.EMAIL, text) for text in texts)),
        )
        return self.views[pk]

    def lose(self, pk: int, now: datetime) -> None:
        if self.views[pk].alive:
            self.views[pk] = replace(self.views[pk], gone=True, digest="", emails=())
            self.gone_at[pk] = now
            self._note(pk)

    def _note(self, pk: int, *carried: int) -> None:
        self.clock = max(self.clock + 1, *carried, 0)
        self.numbers[pk] = self.clock

    def raise_stamps(self, pk: int, stamps: Mapping[str, Stamp]) -> None:
        view = self.views[pk]
        later = {
            name: list(stamp)
            for name, stamp in stamps.items()
            if stamp.number > stamp_of(view.stamps, name).number
        }
        self.views[pk] = replace(view, stamps={**view.stamps, **later})
        self.clock = max([self.clock, *(number for number, _ in later.values())])

    def holders(self, kind: str, value: str) -> list[int]:
        """Who is alive and found by this key, in the order of first seeing."""
        return sorted(
            pk
            for pk, view in self.views.items()
            if view.alive and value in (view.emails if kind == Key.Kind.EMAIL else _names(view))
        )


def _names(view: View) -> tuple[str, ...]:
    return (fold(view.contact.name),) if view.contact else ()
