"""Speaks to Contactually's REST API v2, at whatever server the operator names: the public one
closed on 31 March 2022. The vendor's pages (developers.contactually.com/docs/v2/) are gone with
it; what is not known of the API is said where it matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.connector import (
    Capabilities,
    Catalogue,
    Connector,
    ContainerInfo,
    Create,
    Credential,
    Delete,
    Identity,
    Known,
    Page,
    Received,
    Result,
    World,
    Write,
)
from connectors.contactually.api import Api, unreadable
from connectors.contactually.reading import Reader
from connectors.contactually.registers import Registers
from connectors.contactually.translate import BUCKET, FIELDS, TAG
from connectors.contactually.writing import Writer
from connectors.errors import AppError, AskStaff, Gone
from connectors.side_by_side import SideBySide
from connectors.texts import id_in

CONTAINER = "contacts"


class Contactually(Connector):
    """A record's id is the vendor's, whole ("contact_31"); a version is a digest of the record
    (``translate.version_of``)."""

    app = "contactually"
    label = "Contactually"
    about = "A team's CRM with its tags, buckets and own fields, at a server compatible with it."
    credentials = (
        Credential(
            "access_token",
            "Access token",
            secret=True,
            help="The public service closed for good in 2022: this is for a compatible server, "
            "to which the operator sets CONTACTUALLY_API_URL. A personal token of it, or the one "
            "from the authorisation.",
        ),
        Credential(
            "refresh_token",
            "Refresh token",
            secret=True,
            required=False,
            help="Only where the server gave one with the access token.",
        ),
        Credential("client_id", "Client ID", required=False, help="Of the refresh token."),
        Credential("client_secret", "Client secret", secret=True, required=False),
    )

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        super().__init__(credentials, world)
        self._api = Api(world, credentials)
        self._registers = Registers(self._api)
        self._reader = Reader(self._api, self._registers)
        self._writer = Writer(self._api, self._registers, self._reader)
        self._side_by_side = SideBySide(self._api.parallel, self.app)

    @property
    def capabilities(self) -> Capabilities:
        """``lag``: whether lists show a write at once is not known, so a minute is allowed."""
        return Capabilities(batch=self._api.parallel, conditional_writes=True, lag=60, deletes=True)

    @property
    def requests(self) -> int:
        return self._api.requests

    def identity(self) -> Identity:
        """GET /me"""
        me = self._api.get("/me", "read who it belongs to")
        id = id_in(str(me.get("id") or "")) if isinstance(me, dict) else ""
        if not id:
            raise unreadable()
        names = " ".join(str(me[name]) for name in ("first_name", "last_name") if me.get(name))
        return Identity(id, str(me.get("email") or names or id))

    def containers(self) -> list[ContainerInfo]:
        return [ContainerInfo(CONTAINER, "Contacts")]

    def catalogue(self, container: str) -> Catalogue:
        """GET /team/custom-fields, /tags, /buckets"""
        self._check(container)
        self._registers.forget()
        return Catalogue(
            (*FIELDS, *(own.field for own in self._registers.own_fields)),
            {TAG: self._registers.tags(), BUCKET: self._registers.buckets()},
            registers=frozenset({TAG, BUCKET}),
        )

    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        """GET /contacts"""
        self._check(container)
        return self._reader.changes(cursor, known)

    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        """GET /contacts/{id}"""
        self._check(container)
        return self._side_by_side.each(self._reader.fetch, ids)

    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        """POST /contacts, PATCH and DELETE /contacts/{id}, PUT /contacts/{id}/buckets"""
        self._check(container)
        return self._side_by_side.each(self._write_one, writes)

    def _write_one(self, write: Write) -> Result:
        try:
            if isinstance(write, Create):
                return self._writer.create(write)
            if isinstance(write, Delete):
                return self._writer.delete(write)
            return self._writer.update(write)
        except AppError as error:
            return error

    def _check(self, container: str) -> None:
        if container != CONTAINER:
            raise AskStaff(
                "A Contactually account has no such container.",
                f"Choose the container {CONTAINER!r} for the connection.",
            )

    def close(self) -> None:
        self._side_by_side.close()
        self._api.close()
