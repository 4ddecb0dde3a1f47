"""The stand-in as a whole: its routes, who may call them, and what a refusal looks like."""

from __future__ import annotations

import base64
import binascii
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from connectors.sandbox.mailchimp import (
    accounts,
    api_fields,
    api_groups,
    api_hooks,
    api_lists,
    api_members,
    api_tags,
    hooks,
    page,
    problems,
)
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.hands import Hands
from connectors.sandbox.mailchimp.problems import Refused
from connectors.sandbox.mailchimp.quirks import Quirks
from connectors.sandbox.router import Handler, Route
from connectors.sandbox.stand_in import House, StandIn
from connectors.sandbox.store import Document
from connectors.sandbox.tokens import Refusal
from connectors.sandbox.web import Answer, Request, Stop

_API = "/3.0"
_LIST = "/lists/{list}"
_MEMBER = _LIST + "/members/{member}"
_CATEGORY = _LIST + "/interest-categories/{category}"
_INTEREST = _CATEGORY + "/interests/{interest}"
_SEGMENT = _LIST + "/segments/{segment}"
_FIELD = _LIST + "/merge-fields/{field}"
_HOOK = _LIST + "/webhooks/{hook}"
_CALLS: Sequence[tuple[str, str, Callable[[Call], Answer]]] = (
    ("GET", "/", api_lists.root),
    ("GET", "", api_lists.root),
    ("GET", "/ping", api_lists.ping),
    ("GET", "/search-members", api_lists.search_members),
    ("GET", "/lists", api_lists.lists),
    ("GET", _LIST, api_lists.one_list),
    ("POST", _LIST, api_members.add_members),
    ("GET", _LIST + "/members", api_members.members),
    ("POST", _LIST + "/members", api_members.add_member),
    ("GET", _MEMBER, api_members.member),
    ("PUT", _MEMBER, api_members.set_member),
    ("PATCH", _MEMBER, api_members.update_member),
    ("DELETE", _MEMBER, api_members.archive_member),
    ("POST", _MEMBER + "/actions/delete-permanent", api_members.delete_member),
    ("GET", _MEMBER + "/tags", api_tags.member_tags),
    ("POST", _MEMBER + "/tags", api_tags.change_member_tags),
    ("GET", _LIST + "/tag-search", api_tags.tag_search),
    ("GET", _LIST + "/segments", api_tags.segments),
    ("POST", _LIST + "/segments", api_tags.add_segment),
    ("GET", _SEGMENT, api_tags.segment),
    ("POST", _SEGMENT, api_tags.change_segment_members),
    ("PATCH", _SEGMENT, api_tags.rename_segment),
    ("DELETE", _SEGMENT, api_tags.remove_segment),
    ("GET", _LIST + "/merge-fields", api_fields.fields),
    ("POST", _LIST + "/merge-fields", api_fields.add_field),
    ("GET", _FIELD, api_fields.field),
    ("PATCH", _FIELD, api_fields.change_field),
    ("DELETE", _FIELD, api_fields.remove_field),
    ("GET", _LIST + "/interest-categories", api_groups.categories),
    ("POST", _LIST + "/interest-categories", api_groups.add_category),
    ("GET", _CATEGORY, api_groups.category),
    ("DELETE", _CATEGORY, api_groups.remove_category),
    ("GET", _CATEGORY + "/interests", api_groups.interests),
    ("POST", _CATEGORY + "/interests", api_groups.add_interest),
    ("GET", _INTEREST, api_groups.interest),
    ("PATCH", _INTEREST, api_groups.change_interest),
    ("DELETE", _INTEREST, api_groups.remove_interest),
    ("GET", _LIST + "/webhooks", api_hooks.hooks_of),
    ("POST", _LIST + "/webhooks", api_hooks.add_hook),
    ("GET", _HOOK, api_hooks.one_hook),
    ("DELETE", _HOOK, api_hooks.remove_hook),
)


class Mailchimp(StandIn):
    name = "mailchimp"
    label = "Mailchimp"
    accent = "#1d6f72"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.quirks: Quirks = Quirks()
        self.reach: hooks.Reach = hooks.reached
        self._lock = threading.Lock()
        self._connections: Counter[str] = Counter()

    def open_account(self, email: str, name: str = "", token: str = "") -> str:
        """It has no audience yet. ``token``: as an API key, or as an access token of OAuth."""
        with self.store.transaction():
            account = accounts.of(self.store, email)
            account = account or accounts.make(self.store, email, name, self.now())
            id: str = account["id"]
            self.accounts.add(id, account["email"], account["name"])
            if token:
                self.tokens.issue(id, access=token)
        return id

    def hands(self, account: str) -> Hands:
        return Hands(self.store, self.now, account)

    def routes(self) -> Sequence[Route]:
        api = [Route(method, _API + path, self._api(call)) for method, path, call in _CALLS]
        return [*api, *page.routes(self)]

    def error(self, status: int, retry_after: int | None = None) -> Answer:
        """An outage (502, 503, 504) speaks the HTML of the gateway in front."""
        if status in problems.GATEWAY:
            return problems.gateway(status, retry_after)
        return problems.answered(problems.general(status), self.quirks, retry_after)

    def not_found(self, request: Request) -> Answer:
        known = self.router.methods(request.path)
        if not known:
            return self.error(404)
        answer = self.error(405)
        return replace(answer, headers={**answer.headers, "Allow": ", ".join(known)})

    @contextmanager
    def attending(self, request: Request) -> Iterator[None]:
        """Counted by the key: requests that wait for each other count as well. The limit is the
        account's, over all its keys, but tests have one."""
        key, limit = _key(request), self.quirks.connections
        with self._lock:
            self._connections[key] += 1
            is_too_much = bool(key) and 0 < limit < self._connections[key]
        try:
            if is_too_much:
                raise Stop(self.error(429))
            yield
        finally:
            with self._lock:
                self._connections[key] -= 1

    def after(self, request: Request, answer: Answer) -> Answer:
        if hooks.are_waiting(self.store):
            threading.Thread(target=self.deliver, daemon=True).start()
        if not request.path.startswith(_API) or "X-Request-Id" in answer.headers:
            return answer
        return replace(answer, headers={**answer.headers, "X-Request-Id": str(uuid.uuid4())})

    def deliver(self) -> int:
        """Post what webhooks are to be told; how many posts were answered well."""
        return hooks.deliver(self.store, self.now, self.reach)

    def _api(self, call: Callable[[Call], Answer]) -> Handler:
        def answer(request: Request) -> Answer:
            try:
                account = self._account(request)
                return call(Call(request, account, self.quirks, self.store, self.now, self.reach))
            except Refused as refused:
                raise Stop(problems.answered(refused, self.quirks)) from None

        return answer

    def _account(self, request: Request) -> Document:
        """Whose key it is; raises Refused."""
        key = _key(request)
        if not key:
            raise Refused(401, "API Key Missing", "Your request did not include an API key.")
        _check_place(key, self.quirks.datacenter)
        try:
            account = accounts.get(self.store, self.tokens.account_of(key))
        except Refusal:
            account = None
        if account is None:
            raise problems.general(401)
        if account["disabled"]:
            raise Refused(403, "User Disabled", "This account has been deactivated.")
        if account["blocked"]:
            raise problems.general(503)
        return account


def _check_place(key: str, datacenter: str) -> None:
    """Keys end in the data centre of the account: ``…-us6``."""
    ending = key.rpartition("-")[2]
    if datacenter and "-" in key and ending != datacenter:
        words = "The API key provided is linked to a different datacenter."
        raise Refused(403, "Wrong Datacenter", words)


def _key(request: Request) -> str:
    """A bearer's token, or the password of any user; "" is none."""
    if request.bearer:
        return request.bearer
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        given = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return given.partition(":")[2]
