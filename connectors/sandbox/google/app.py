"""Google Contacts: the People API v1 and the page where people edit their contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from connectors.sandbox.google import api_batches, api_groups, api_people, errors
from connectors.sandbox.google.calls import Call, Method
from connectors.sandbox.google.contacts import Contacts
from connectors.sandbox.google.errors import JSON, Refused
from connectors.sandbox.google.groups import Groups
from connectors.sandbox.google.hands import Hands
from connectors.sandbox.google.overlap import Arrivals
from connectors.sandbox.google.page import Page
from connectors.sandbox.google.quirks import Quirks
from connectors.sandbox.google.quotas import Quotas, over_quota
from connectors.sandbox.google.writing import Record
from connectors.sandbox.router import Handler, Route
from connectors.sandbox.stand_in import House, StandIn
from connectors.sandbox.tokens import Grant, Refusal
from connectors.sandbox.web import Answer, Request, Stop, as_json

_SERVICE = "google.people.v1.PeopleService"
_CONTACTS = "https://www.googleapis.com/auth/contacts"
_READONLY = "https://www.googleapis.com/auth/contacts.readonly"
_OWN_SCOPES = frozenset(
    f"https://www.googleapis.com/auth/userinfo.{part}" for part in ("email", "profile")
)
#: What readings of groups and people may be allowed by, and by which the account itself is read.
_READ_SCOPES = frozenset((_CONTACTS, _READONLY))
_REFUSALS = {"unknown": "ACCESS_TOKEN_TYPE_UNSUPPORTED", "expired": "ACCESS_TOKEN_EXPIRED"}


class Google(StandIn):
    name = "google"
    label = "Google Contacts"
    accent = "#0b57d0"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.quirks = Quirks()
        self.quotas = Quotas()
        self.arrivals = Arrivals()
        self.faults = self.arrivals

    def open_account(self, email: str, name: str = "", token: str = "") -> str:
        with self.store.transaction():
            known = self.accounts.of(email)
            if known is None or (name and name != known.name):
                known = self.accounts.add(known.id if known else _account_id(email), email, name)
            if token:
                self.tokens.issue(known.id, access=token)
        return known.id

    def hands(self, account: str) -> Hands:
        return Hands(
            self.store, lambda: self._contacts(account), lambda: self._groups(account), self.now
        )

    def routes(self) -> Sequence[Route]:
        methods = (*api_people.METHODS, *api_batches.METHODS, *api_groups.METHODS)
        api = [Route(method.verb, method.path, self._handler(method)) for method in methods]
        # The official client sends long GETs as POSTs with a form.
        overridden = [
            Route("POST", method.path, self._overridden(method))
            for method in methods
            if method.verb == "GET" and method.path.endswith((":batchGet", "/connections"))
        ]
        return [*api, *overridden, *Page(self).routes()]

    def error(self, status: int, retry_after: int | None = None) -> Answer:
        if status == 429:
            most = self.quirks.critical_reads or 60
            return over_quota("critical_reads", most, retry_after or 0).answer
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return errors.ordered(status, headers)

    def not_found(self, request: Request) -> Answer:
        return errors.lost()

    def after(self, request: Request, answer: Answer) -> Answer:
        self.arrivals.leave()
        return answer

    def listed(self, account: str, query: str, start: int, length: int) -> list[tuple[str, Record]]:
        """Contacts for the page, by resource name; those that have the text anywhere."""
        contacts = self._contacts(account)
        if not query:
            found = contacts.stretch(start, length)
        else:
            wanted = query.casefold()
            found = [contact for contact in contacts.all() if wanted in _words(contact.record)]
            found = found[start : start + length]
        return [(contact.resource, contact.record) for contact in found]

    # --- The API ----------------------------------------------------------------------------

    def _handler(self, method: Method) -> Handler:
        def handle(request: Request) -> Answer:
            try:
                answer = method.handler(self._call(method, request))
            except Refused as refused:
                raise Stop(refused.answer) from None
            return answer if isinstance(answer, Answer) else as_json(answer, kind=JSON)

        return handle

    def _overridden(self, method: Method) -> Handler:
        handle = self._handler(method)

        def handle_form(request: Request) -> Answer:
            if request.headers.get("x-http-method-override") != "GET":
                raise Stop(errors.lost())
            return handle(replace(request, query={**request.query, **request.form}, body=b""))

        return handle_form

    def _call(self, method: Method, request: Request) -> Call:
        """Raises Refused."""
        grant = self._grant(request)
        _check_scope(method, request, grant)
        self._check_overlap(grant.account)
        self.quotas.charge(grant.account, method.cost, self.quirks, self.now())
        method.check(request)
        account = self.accounts.get(grant.account)
        if account is None:
            raise errors.unauthenticated("ACCOUNT_STATE_INVALID")
        return Call(
            request=request,
            account=account,
            contacts=self._contacts(account.id),
            groups=self._groups(account.id),
            quotas=self.quotas,
            quirks=self.quirks,
            now=self.now(),
        )

    def _grant(self, request: Request) -> Grant:
        if not request.bearer:
            raise errors.unauthenticated("CREDENTIALS_MISSING")
        try:
            return self.tokens.grant_of(request.bearer)
        except Refusal as refusal:
            reason = _REFUSALS.get(str(refusal), "ACCESS_TOKEN_EXPIRED")
            raise errors.unauthenticated(reason) from None

    def _check_overlap(self, account: str) -> None:
        status: int = self.quirks.overlap_status
        if status and any(self._is_of(token, account) for token in self.arrivals.others):
            name = "RESOURCE_EXHAUSTED" if status == 429 else "ABORTED"
            raise Refused(name, "Too many concurrent mutates for the same user.", status=status)

    def _is_of(self, token: str, account: str) -> bool:
        try:
            return self.tokens.account_of(token) == account
        except Refusal:
            return False

    def _contacts(self, account: str) -> Contacts:
        return Contacts(self.store, account, self.now(), self.quirks)

    def _groups(self, account: str) -> Groups:
        return Groups(self.store, account, self.now())


def _check_scope(method: Method, request: Request, grant: Grant) -> None:
    """People untick scopes; a token of one's own has none and may do everything."""
    granted = frozenset(grant.scope.split())
    allowed = _READ_SCOPES if method.verb == "GET" else frozenset((_CONTACTS,))
    if method.rpc == "GetPerson" and request.parts["person"] in ("me", grant.account):
        allowed |= _OWN_SCOPES
    if granted and not granted & allowed:
        raise errors.scope_missing(f"{_SERVICE}.{method.rpc}")


def _words(value: Any) -> str:
    """All texts of a record, for searching."""
    if isinstance(value, dict):
        value = [part for name, part in value.items() if name not in ("type", "memberships")]
    if isinstance(value, list):
        return "\n".join(_words(part) for part in value)
    return str(value).casefold()


def _account_id(email: str) -> str:
    """21 digits, as Google's."""
    return "1" + str(int(sha256(email.casefold().encode()).hexdigest(), 16))[:20]
