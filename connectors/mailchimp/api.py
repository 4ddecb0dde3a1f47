"""Calls of the Marketing API: where it is, who we are, and when it wants us to wait.

https://mailchimp.com/developer/marketing/docs/fundamentals/
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlsplit

from connectors.bearer import Bearer
from connectors.connector import World
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain
from connectors.mailchimp.refusals import vanished
from connectors.mailchimp.schema import Json
from connectors.rest import Query, Reply, Rest
from connectors.session import Answer, Session
from connectors.tokens import Token

#: Seconds to wait when Mailchimp says that there are too many requests; it does not say how
#: long, and its windows outlast what a session waits by itself.
WAITS = (5.0, 15.0, 30.0)
#: Things of one page of a register (tags, groups, fields); without it there are ten.
PAGE = 1000
#: Seconds until a firewall that turned a request away is tried again.
_FIREWALL = 900.0
_DATA_CENTRE = re.compile(r"[a-z]{2,8}\d{1,4}")


class Throttled(TryAgain):
    """Too many requests at the same time, of all apps of the account together."""


class Key(Bearer):
    refused = "the API key of this account: it was revoked, or belongs to another data centre"


class Api:
    def __init__(self, world: World, home: str, secret: Bearer, connections: int) -> None:
        self._world = world
        self._session = Session(world, home, secret, connections, judge=_judged, trusted=True)
        self._rest = Rest(self._session, home)

    @property
    def requests(self) -> int:
        return self._session.requests

    def call(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        insist: bool = True,
    ) -> Reply:
        """Any answer but those that concern the whole account, which are raised. Throttled
        requests were not carried out, so they are sent again, whatever they are."""
        # Ids in a path are whatever was told.
        path = quote(path, safe="/", errors="replace")
        for wait in WAITS:
            try:
                return self._rest.call(method, path, query, body, insist=insist)
            except Throttled as fault:
                self._world.wait(wait * random.uniform(0.5, 1.0), fault.message)
        return self._rest.call(method, path, query, body, insist=insist)

    def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        insist: bool = True,
        absent: Callable[[], AppError] = vanished,
    ) -> Json:
        """What is there for certain, unless it is ``absent``, which is raised."""
        reply = self.call("GET", path, query, insist=insist)
        if reply.status == 404:
            raise absent()
        if not reply.is_success or not isinstance(reply.data, dict):
            raise AskStaff(
                f"Mailchimp does not answer as its documentation says ({reply.status}).",
                "Check the account in Mailchimp; if it is in order, report this.",
            )
        return reply.data

    def everything(
        self,
        path: str,
        name: str,
        fields: str = "",
        *,
        absent: Callable[[], AppError] = vanished,
    ) -> Iterator[Json]:
        """What a register lists under ``name``, page after page."""
        offset, before = 0, None
        while True:
            query = {"count": str(PAGE), "offset": str(offset)}
            told = self.get(path, {**query, "fields": fields} if fields else query, absent=absent)
            items = told.get(name)
            rows = items if isinstance(items, list) else []
            if rows and rows == before:
                raise TryAgain("Mailchimp lists the same page over and over.")
            before = rows
            yield from (item for item in rows if isinstance(item, dict))
            offset += len(rows)
            total = told.get("total_items")
            if not rows or not isinstance(total, int) or offset >= total:
                return

    def close(self) -> None:
        self._session.close()


def home_of(credentials: Mapping[str, str], settings: Mapping[str, str]) -> str:
    """Where the API of the account is; "" where nothing that we have tells."""
    if url := settings.get("MAILCHIMP_API_URL", ""):
        return url
    if endpoint := credentials.get("api_endpoint", ""):
        return _at(urlsplit(endpoint).hostname or "")
    centre = credentials.get("dc", "") or credentials.get("api_key", "").rpartition("-")[2]
    return _at(f"{centre.lower()}.api.mailchimp.com") if _DATA_CENTRE.fullmatch(centre) else ""


def told_home(world: World, token: str, auth_url: str) -> str:
    """Asks for the data centre of an access token, and has it kept."""
    url = f"{auth_url.rstrip('/')}/metadata"
    session = Session(world, url, _Oauth(Token(token), world.now), trusted=True)
    try:
        reply = Rest(session, url).call("GET", "")
    finally:
        session.close()
    endpoint = reply.data.get("api_endpoint") if isinstance(reply.data, dict) else None
    if not reply.is_success or not isinstance(endpoint, str):
        raise SignInAgain(
            f"Mailchimp does not say where the data of this account are ({reply.status})."
        )
    home = _at(urlsplit(endpoint).hostname or "")
    world.keep({"api_endpoint": endpoint})
    return home


class _Oauth(Bearer):
    """The metadata want another word before the token than the API does:
    https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/"""

    def header(self, method: str, url: str) -> str:
        return super().header(method, url).replace("Bearer", "OAuth", 1)


def _at(host: str) -> str:
    """The token is shown to Mailchimp only, whatever was stored with it."""
    centre, _, rest = host.partition(".")
    if rest != "api.mailchimp.com" or not _DATA_CENTRE.fullmatch(centre):
        raise AskStaff(
            "What is stored of this account names no data centre of Mailchimp.",
            "Authorise the account again.",
        )
    return f"https://{host}/3.0"


def _judged(answer: Answer) -> AppError | None:
    if answer.status == 429:
        return Throttled("Mailchimp asks to wait: too many requests at the same time.")
    if answer.status == 403:
        return _forbidden(_title(answer))
    if answer.status == 503 and _title(answer) == "Compliance Related":
        return AskStaff(
            "Mailchimp has blocked the account for reasons of compliance.",
            "Sign in at Mailchimp, where it says what to do.",
        )
    return None


def _forbidden(title: str) -> AppError:
    if not title:  # a page of the firewall, not of the API
        return TryAgain("A firewall before Mailchimp turns us away (403).", after=_FIREWALL)
    if title == "Wrong Datacenter":
        return AskStaff(
            "The account is in another data centre of Mailchimp.",
            "Enter the API key with its ending (-us6), or authorise the account again.",
        )
    if title == "User Disabled":
        return SignInAgain("The user of this account was disabled in Mailchimp.")
    return AskStaff(
        f"Mailchimp does not allow this user what the sync needs ({title[:60]}).",
        "Give the user the role of a manager in Mailchimp, or use the key of another user.",
    )


def _title(answer: Answer) -> str:
    """Of a problem (RFC 7807); "" of anything else."""
    try:
        problem = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    title = problem.get("title") if isinstance(problem, dict) else None
    return title if isinstance(title, str) else ""
