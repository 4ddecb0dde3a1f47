"""An account at Mailchimp (Marketing API 3.0).

https://mailchimp.com/developer/marketing/api/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from connectors.bearer import Bearer
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
    Update,
    World,
    Write,
)
from connectors.errors import AppError, AskStaff, Gone, TryAgain
from connectors.mailchimp.api import Api, Key, home_of, told_home
from connectors.mailchimp.audiences import Audiences
from connectors.mailchimp.creating import Creator
from connectors.mailchimp.hooks import Hooks, is_signed
from connectors.mailchimp.reading import Reader
from connectors.mailchimp.schema import TAG
from connectors.mailchimp.settings import SETTINGS
from connectors.mailchimp.writing import Writer
from connectors.side_by_side import SideBySide, raised_if_all
from connectors.texts import id_in
from connectors.tokens import Token

#: Members of one bulk call.
BATCH = 500
#: Changes of a batch that have not begun by then are left for the next run: a run keeps its
#: account for two minutes without a sign of life.
BUDGET = timedelta(seconds=60)


class Mailchimp(Connector):
    """A record's id is its contact_id, which outlives a change of the address; a version is a
    digest of the member and of the schema that it is translated by."""

    app = "mailchimp"
    label = "Mailchimp"
    about = "The audiences of a marketing account, with tags, groups and what people consented to."
    container_word = "audience"
    credentials = (
        Credential(
            "api_key",
            "API key",
            secret=True,
            required=False,
            help="From Account & billing, Extras, API keys; with its ending (-us6).",
        ),
        Credential(
            "access_token",
            "Access token",
            secret=True,
            required=False,
            help="In place of the key, of an app that the account has authorised.",
        ),
    )

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        super().__init__(credentials, world)
        if not (credentials.get("api_key") or credentials.get("access_token")):
            raise AskStaff(
                "The account has neither an API key nor an access token.",
                "Enter one, or authorise the account.",
            )
        defaults = {setting.name: setting.default for setting in SETTINGS}
        self._settings = {**defaults, **world.settings}
        connections = max(1, int(self._settings["MAILCHIMP_CONNECTIONS"] or 1))
        self._connections = connections
        self._asked = 0
        self._side_by_side = SideBySide(connections, self.app)
        if credentials.get("api_key") and not home_of(credentials, self._settings):
            raise AskStaff(
                "The API key does not end with its data centre.",
                "Enter the whole key, with the ending such as -us6.",
            )

    @property
    def capabilities(self) -> Capabilities:
        """Updates go one by one, ``MAILCHIMP_CONNECTIONS`` at a time."""
        return Capabilities(batch=BATCH, conditional_writes=True, deletes=True, hooks=True)

    @property
    def requests(self) -> int:
        return self._asked + (self._api.requests if "_api" in self.__dict__ else 0)

    def identity(self) -> Identity:
        told = self._api.get("/", {"fields": "account_id,account_name"})
        id, name = id_in(told.get("account_id")), told.get("account_name")
        if not id:
            raise AskStaff(
                "Mailchimp does not say which account this is.",
                "Check the account in Mailchimp; if it is in order, report this.",
            )
        return Identity(id, name if isinstance(name, str) and name else id)

    def containers(self) -> list[ContainerInfo]:
        return self._audiences.all()

    def catalogue(self, container: str) -> Catalogue:
        self._audiences.forget(container)
        tags = self._audiences.tags(container).names.values()
        return self._audiences.schema(container).catalogue(tags)

    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        return self._reader.changes(container, cursor, known)

    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        self._audiences.schema(container)
        found = self._side_by_side.each(lambda id: self._reader.read(container, id), ids)
        if any(isinstance(item, Gone) for item in found):
            self._audiences.check_there(container)
        return found

    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        self._audiences.schema(container)
        if any(map(_adds_tags, writes)):
            self._audiences.tags(container)
        creates = {i: write for i, write in enumerate(writes) if isinstance(write, Create)}
        others = {i: write for i, write in enumerate(writes) if not isinstance(write, Create)}
        made = self._creator.create(container, list(creates.values()))
        until = self._world.now() + BUDGET

        def carried_out(write: Update | Delete) -> Result:
            if self._world.now() > until:
                return TryAgain("Mailchimp is slow; the contact has its turn in the next run.")
            return self._change(container, write)

        changed = self._side_by_side.each(carried_out, list(others.values()))
        results = dict(zip((*creates, *others), (*made, *changed), strict=True))
        return raised_if_all(self._believed(container, [results[i] for i in range(len(writes))]))

    def hook_on(self, container: str, home: str, url: str) -> str:
        return Hooks(self._api, container).on(home, url)

    def hook_off(self, container: str, home: str) -> None:
        Hooks(self._api, container).off(home)

    @classmethod
    def has_signed(
        cls, secret: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> bool:
        return is_signed(secret, headers, body, now)

    def close(self) -> None:
        self._side_by_side.close()
        if "_api" in self.__dict__:
            self._api.close()

    # --- Parts ----------------------------------------------------------------------------

    @cached_property
    def _api(self) -> Api:
        """Made at the first call: where an access token belongs may have to be asked for."""
        key, token = (self._credentials.get(name, "") for name in ("api_key", "access_token"))
        secret = Key(Token(key), self._world.now) if key else Bearer(Token(token), self._world.now)
        home = home_of(self._credentials, self._settings)
        if not home:
            self._asked += 1
            home = told_home(self._world, token, self._settings["MAILCHIMP_AUTH_URL"])
        return Api(self._world, home, secret, self._connections)

    @cached_property
    def _audiences(self) -> Audiences:
        return Audiences(self._api)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._api, self._audiences, self._world.now)

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._api, self._audiences, self._reader)

    @cached_property
    def _creator(self) -> Creator:
        each = self._side_by_side.each
        return Creator(self._api, self._audiences, self._reader, self._writer, each)

    def _change(self, container: str, write: Update | Delete) -> Result:
        try:
            if isinstance(write, Delete):
                return self._writer.delete(container, write)
            return self._writer.update(container, write)
        except AppError as error:
            return error

    def _believed(self, container: str, results: list[Result]) -> list[Result]:
        """Members are only gone where their audience is not."""
        if any(isinstance(result, Gone) for result in results):
            try:
                self._audiences.check_there(container)
            except AppError as fault:
                return [fault if isinstance(result, Gone) else result for result in results]
        return results


def _adds_tags(write: Write) -> bool:
    return not isinstance(write, Delete) and any(item.kind == TAG for item in write.add)
