"""An account at Google Contacts: https://developers.google.com/people"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.bearer import Bearer, Renewal
from connectors.connector import (
    Capabilities,
    Catalogue,
    Connector,
    ContainerInfo,
    Credential,
    Identity,
    Known,
    Page,
    Received,
    Result,
    World,
    Write,
)
from connectors.errors import AskStaff, Gone
from connectors.fields import STANDARD
from connectors.google.api import BATCH, Api, setting
from connectors.google.groups import Groups
from connectors.google.own import catalogue_fields
from connectors.google.person import profile_id, profile_name
from connectors.google.reading import Reader
from connectors.google.survey import Survey
from connectors.google.translate import LABEL
from connectors.google.writing import Writer
from connectors.tokens import token_of

CONTAINER = "contacts"
#: Seconds: "several minutes" after a change a listing may still show what was before.
LAG = 600


class Google(Connector):
    """A record's id is its resource name (``people/c123``), its version that of
    ``person.version``. The account has one container: the contacts of its owner."""

    app = "google"
    label = "Google Contacts"
    about = "The contacts of a Google account, with their labels."
    credentials = (
        Credential(
            "access_token",
            "Access token",
            secret=True,
            required=False,
            help="Lasts an hour; a refresh token in its place lasts.",
        ),
        Credential("refresh_token", "Refresh token", secret=True, required=False),
        Credential(
            "client_id",
            "Client ID",
            required=False,
            help="Of the OAuth client that the refresh token was given to; empty: the operator's.",
        ),
        Credential("client_secret", "Client secret", secret=True, required=False),
    )

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        super().__init__(credentials, world)
        self._api = Api(world, _login(credentials, world))
        self._groups = Groups(self._api, world)
        self._survey = Survey(self._api)
        self._reader = Reader(self._api, self._groups, self._survey, world)
        self._writer = Writer(self._api, self._reader, self._groups, self._survey)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            batch=BATCH, markers=True, conditional_writes=True, lag=LAG, deletes=True
        )

    @property
    def requests(self) -> int:
        return self._api.session.requests

    def identity(self) -> Identity:
        """The number of the owner's profile, which stays when the address changes."""
        me = self._api.me()
        id = profile_id(me)
        if not id:
            raise AskStaff(
                "Google does not say whose account this is.", "Authorise the account again."
            )
        return Identity(id, profile_name(me) or id)

    def containers(self) -> list[ContainerInfo]:
        return [ContainerInfo(CONTAINER, "Contacts")]

    def catalogue(self, container: str) -> Catalogue:
        """Labels are those that Google lists; fields of the users' own those in use."""
        self._groups.refresh()
        fields = (*STANDARD.values(), *catalogue_fields(self._survey.own_fields()))
        return Catalogue(fields, {LABEL: self._groups.labels}, registers=frozenset({LABEL}))

    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        return self._reader.changes(cursor, known)

    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        return self._reader.read(ids)

    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        return self._writer.write(writes)

    def find_marker(self, container: str, marker: str) -> Received | None:
        id = self._survey.made_by(marker)
        found = self._reader.read([id])[0] if id else None
        return found if isinstance(found, Received) else None

    def close(self) -> None:
        self._api.session.close()


def _login(credentials: Mapping[str, str], world: World) -> Bearer:
    if not credentials.get("refresh_token"):
        if not credentials.get("access_token"):
            raise AskStaff(
                "The Google account has nothing to sign in with.",
                "Authorise it, or enter a refresh token with the client ID and secret that it "
                "was given to; an access token will do for an hour.",
            )
        return Bearer(token_of(credentials), world.now)
    client = {
        "client_id": credentials.get("client_id") or setting(world, "GOOGLE_CLIENT_ID"),
        "client_secret": credentials.get("client_secret") or setting(world, "GOOGLE_CLIENT_SECRET"),
    }
    if not all(client.values()):
        raise AskStaff(
            "A refresh token of Google is of use only with the client that it was given to.",
            "Enter its client ID and secret, or have the operator set GOOGLE_CLIENT_ID and "
            "GOOGLE_CLIENT_SECRET.",
        )
    renewal = Renewal(world, setting(world, "GOOGLE_TOKEN_URL"), {**credentials, **client})
    return Bearer(token_of(credentials), world.now, renewal)
