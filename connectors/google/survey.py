"""What only a look at everybody tells: which fields of their own users keep, and which contact a
create of ours made. Each is looked for at most once, a page of a thousand contacts at a time."""

from __future__ import annotations

from connectors.google.api import Api
from connectors.google.own import Own, in_use
from connectors.google.person import Person, client_data, id_of
from connectors.google.translate import MARKER


class Survey:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._own: set[Own] | None = None
        self._markers: dict[str, str] | None = None

    def own_fields(self) -> frozenset[Own]:
        """Keys and types in use; Google has no list of them. One that nobody uses any more can
        still be written, so that whatever was seen once stays."""
        if self._own is None:
            people = self._api.survey("userDefined,events,relations")
            self._own = {own for person in people for own in in_use(person)}
        return frozenset(self._own)

    def note(self, person: Person) -> None:
        """A contact that was read anyway."""
        if self._own is not None:
            self._own |= in_use(person)

    def made_by(self, marker: str) -> str:
        """The id of the contact that the create with this marker made; "" where there is none."""
        if self._markers is None:
            self._markers = {
                value: id_of(person)
                for person in self._api.survey("clientData")
                for value in client_data(person, MARKER)
            }
        return self._markers.get(marker, "")

    def note_marker(self, marker: str, id: str) -> None:
        if self._markers is not None:
            self._markers[marker] = id

    def forget_markers(self) -> None:
        """A create went out of which nobody knows what became."""
        self._markers = None
