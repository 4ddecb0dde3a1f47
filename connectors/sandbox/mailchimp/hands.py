"""What people do by hand in Mailchimp: nothing is validated, but its own invariants hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from connectors.sandbox.mailchimp import accounts, audience
from connectors.sandbox.mailchimp.audience import NEW_FIELDS
from connectors.sandbox.mailchimp.hands_audience import AudienceHands
from connectors.sandbox.store import Document, Store


class Hands:
    """Of one account."""

    def __init__(self, store: Store, now: Callable[[], datetime], account: str) -> None:
        """Raises LookupError for an account that there is not."""
        if accounts.get(store, account) is None:
            raise LookupError(f"There is no account {account}.")
        self._store = store
        self._now = now
        self._account = account

    def add_audience(
        self,
        name: str,
        language: str = "en",
        double_optin: bool = False,
        fields: Iterable[tuple[str, str, str]] = NEW_FIELDS,
    ) -> str:
        """Its id. ``language``: of messages about its merge fields; ``fields``: those that it
        begins with, as (tag, name, type)."""
        with self._store.transaction():
            made = audience.make(
                self._store, self._now, self._account, name, language, double_optin, fields
            )
        return made.id

    def audiences(self) -> dict[str, str]:
        """Names by id."""
        found = audience.of_account(self._store, self._now, self._account)
        return {one.id: one.document["name"] for one in found}

    def audience(self, id: str) -> AudienceHands:
        """Raises LookupError for one that the account has not."""
        found = audience.found(self._store, self._now, id)
        if found is None or found.account != self._account:
            raise LookupError(f"The account has no audience {id}.")
        return AudienceHands(found)

    def rename_audience(self, id: str, name: str) -> None:
        with self._store.transaction():
            self.audience(id).audience.change(name=name)

    def delete_audience(self, id: str) -> None:
        with self._store.transaction():
            self._store.remove(audience.LISTS, self.audience(id).audience.id)

    def disable(self, disabled: bool = True) -> None:
        """The account is closed: every call answers 403."""
        self._change(disabled=disabled)

    def block(self, blocked: bool = True) -> None:
        """For a matter of compliance: every call answers 503, however often it is made."""
        self._change(blocked=blocked)

    def _change(self, **values: bool) -> None:
        with self._store.transaction():
            account: Document = accounts.get(self._store, self._account) or {}
            accounts.put(self._store, {**account, **values})
