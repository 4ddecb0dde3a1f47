"""The members of a site of Ghost (Admin API v5.0).

https://docs.ghost.org/admin-api/members/overview
"""

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
from connectors.errors import AppError, Gone
from connectors.ghost.api import CONNECTIONS, Api
from connectors.ghost.reading import Reader
from connectors.ghost.site import Site
from connectors.ghost.writing import Writer
from connectors.side_by_side import SideBySide, raised_if_all

#: The one container of a site.
CONTAINER = "members"
#: Writes of one call; each takes two requests.
BATCH = 50


class Ghost(Connector):
    """A record's id is the member's; a version is a digest of what we read of it."""

    app = "ghost"
    label = "Ghost"
    about = "The members of a site, with labels, and who gets its newsletters."
    credentials = (
        Credential(
            "url",
            "API URL",
            help="Of the site, as Ghost shows it beside the key, such as https://blog.example.org.",
        ),
        Credential(
            "admin_api_key",
            "Admin API key",
            secret=True,
            help="From Settings, Integrations, Add custom integration; not the Content API key.",
        ),
    )

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        super().__init__(credentials, world)
        self._api = Api(world, credentials.get("url", ""), credentials.get("admin_api_key", ""))
        self._site = Site(self._api)
        self._reader = Reader(self._api, self._site, world.now)
        self._writer = Writer(self._api, self._site, self._reader)
        self._side_by_side = SideBySide(CONNECTIONS, self.app)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(batch=BATCH, conditional_writes=True, deletes=True)

    @property
    def requests(self) -> int:
        return self._api.requests

    def identity(self) -> Identity:
        return self._site.identity()

    def containers(self) -> list[ContainerInfo]:
        return [ContainerInfo(CONTAINER, "Members")]

    def catalogue(self, container: str) -> Catalogue:
        return self._site.catalogue()

    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        return self._reader.changes(cursor, known)

    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        return self._reader.read(ids)

    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        return raised_if_all(self._believed(self._side_by_side.each(self._written, writes)))

    def close(self) -> None:
        self._side_by_side.close()
        self._api.close()

    def _written(self, write: Write) -> Result:
        try:
            if isinstance(write, Create):
                return self._writer.create(write)
            if isinstance(write, Delete):
                return self._writer.delete(write)
            return self._writer.update(write)
        except AppError as error:
            return error

    def _believed(self, results: list[Result]) -> list[Result]:
        """Members are only gone where the list of all is not."""
        if any(isinstance(result, Gone) for result in results):
            try:
                self._reader.check_there()
            except AppError as fault:
                return [fault if isinstance(result, Gone) else result for result in results]
        return results
