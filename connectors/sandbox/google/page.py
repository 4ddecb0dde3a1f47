"""The page where people look at their contacts and change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connectors.sandbox import pages
from connectors.sandbox.accounts import Account
from connectors.sandbox.google import page_form
from connectors.sandbox.google.contacts import groups_of
from connectors.sandbox.google.hands import STARRED
from connectors.sandbox.google.writing import Record
from connectors.sandbox.pages import escape
from connectors.sandbox.router import Route
from connectors.sandbox.web import Answer, Request, Stop, as_html, redirect

if TYPE_CHECKING:
    from connectors.sandbox.google.app import Google

_SHOWN = 50


class Page:
    def __init__(self, google: Google) -> None:
        self._google = google

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/", self._list),
            Route("GET", "/people/new", self._new),
            Route("POST", "/people/new", self._create),
            Route("GET", "/people/labels", self._labels),
            Route("POST", "/people/labels", self._change_labels),
            Route("GET", "/people/{id}", self._show),
            Route("POST", "/people/{id}", self._save),
            Route("POST", "/people/{id}/delete", self._delete),
        ]

    # --- The list ---------------------------------------------------------------------------

    def _list(self, request: Request) -> Answer:
        if not self._google.accounts.all():
            return self._page(request, "Contacts", pages.paragraph("Nobody has an account yet."))
        account = self._account(request)
        query, start = request.one("q").strip(), _number(request.one("start"))
        found = self._google.listed(account.id, query, start, _SHOWN + 1)
        labels = self._google.hands(account.id).labels()

        def place(first: int) -> str:
            told = {"account": account.id, "q": query, "start": str(first)}
            return f"{request.home}/?{urlencode(told)}"

        rows = [
            [
                pages.link(self._place(request, account, id), page_form.title(record)),
                escape(page_form.first(record, "emailAddresses", "value")),
                escape(page_form.first(record, "phoneNumbers", "value")),
                escape(page_form.first(record, "organizations", "name")),
                _badges(record, labels),
            ]
            for id, record in found[:_SHOWN]
        ]
        heads = ("Name", "E-mail", "Phone", "Company", "Labels")
        body = self._head(request, account, query)
        body += pages.table(heads, rows, "No contacts." if not query else "Nobody is found.")
        body += pages.pager(
            place(max(0, start - _SHOWN)) if start else "",
            place(start + _SHOWN) if len(found) > _SHOWN else "",
        )
        return self._page(request, "Contacts", body)

    def _head(self, request: Request, account: Account, query: str) -> str:
        options = [(one.id, one.email) for one in self._google.accounts.all()]
        switch = pages.form(
            f"{request.home}/",
            pages.row(
                pages.choice("account", "Signed in as", options, account.id),
                pages.button("Change", ""),
            ),
            get=True,
        )
        return pages.row(switch) + pages.row(
            pages.search(f"{request.home}/", query, {"account": account.id}),
            pages.button_link(self._place(request, account, "people/new"), "Create contact"),
            pages.button_link(self._place(request, account, "people/labels"), "Labels"),
        )

    # --- One contact ------------------------------------------------------------------------

    def _new(self, request: Request) -> Answer:
        account = self._account(request)
        body = self._form(request, account, "people/new", {})
        return self._page(request, "Create contact", body)

    def _create(self, request: Request) -> Answer:
        account = self._account(request)
        record = page_form.read(request.form, {})
        id = self._google.hands(account.id).add(record)
        return redirect(self._place(request, account, id))

    def _show(self, request: Request) -> Answer:
        account = self._account(request)
        id, record = self._contact(request, account)
        body = self._form(request, account, id, record)
        body += pages.card(
            "Delete",
            pages.form(
                f"{request.home}/{id}/delete",
                pages.paragraph("The contact goes to the trash."),
                pages.button("Delete", "danger"),
                hidden={"account": account.id},
            ),
        )
        return self._page(request, page_form.title(record), body)

    def _save(self, request: Request) -> Answer:
        account = self._account(request)
        id, record = self._contact(request, account)
        self._google.hands(account.id).edit(id, page_form.read(request.form, record))
        return redirect(self._place(request, account, id))

    def _delete(self, request: Request) -> Answer:
        account = self._account(request)
        id, _ = self._contact(request, account)
        self._google.hands(account.id).delete(id)
        return redirect(f"{request.home}/?{urlencode({'account': account.id})}")

    def _form(self, request: Request, account: Account, path: str, record: Record) -> str:
        labels = {STARRED: "Starred", **self._google.hands(account.id).labels()}
        return pages.form(
            f"{request.home}/{path}",
            *page_form.fields(record, labels),
            pages.row(pages.button("Save")),
            hidden={"account": account.id},
        )

    # --- Labels -----------------------------------------------------------------------------

    def _labels(self, request: Request) -> Answer:
        account = self._account(request)
        action, hidden = f"{request.home}/people/labels", {"account": account.id}
        cards = [
            pages.card(
                "",
                pages.form(
                    action,
                    pages.row(
                        pages.field("name", "Name", name),
                        pages.button("Rename", "", "do", "rename"),
                        pages.button("Delete", "danger", "do", "delete"),
                    ),
                    hidden={**hidden, "label": id},
                ),
            )
            for id, name in self._google.hands(account.id).labels().items()
        ]
        new = pages.form(
            action,
            pages.row(
                pages.field("name", "New label"), pages.button("Create", "primary", "do", "create")
            ),
            hidden=hidden,
        )
        return self._page(request, "Labels", pages.card("", new) + "".join(cards))

    def _change_labels(self, request: Request) -> Answer:
        account = self._account(request)
        hands = self._google.hands(account.id)
        do, label, name = (request.field(part) for part in ("do", "label", "name"))
        actions: dict[str, Callable[[], object]] = {
            "create": lambda: hands.add_label(name.strip()),
            "rename": lambda: hands.rename_label(label, name.strip()),
            "delete": lambda: hands.delete_label(label),
        }
        taken = {other.casefold() for id, other in hands.labels().items() if id != label}
        is_good = do == "delete" or (name.strip() and name.strip().casefold() not in taken)
        if do not in actions or not is_good:
            raise Stop(self._fault(request, "A label needs a name of its own.", 400))
        try:
            actions[do]()
        except KeyError:
            raise Stop(self._fault(request, "There is no such label.", 404)) from None
        return redirect(self._place(request, account, "people/labels"))

    # --- Parts ------------------------------------------------------------------------------

    def _account(self, request: Request) -> Account:
        """Whom the page is of: as the address says, or the form; the first one by default."""
        asked = request.field("account") if request.method == "POST" else request.one("account")
        accounts = self._google.accounts
        found = accounts.get(asked) or accounts.of(asked)
        everybody = accounts.all()
        if found is None and everybody and not asked:
            found = everybody[0]
        if found is None:
            raise Stop(self._fault(request, "There is no such account.", 404))
        return found

    def _contact(self, request: Request, account: Account) -> tuple[str, Record]:
        id = f"people/{request.parts['id']}"
        record = self._google.hands(account.id).get(id)
        if record is None:
            raise Stop(self._fault(request, "There is no such contact.", 404))
        return id, record

    def _place(self, request: Request, account: Account, path: str) -> str:
        return f"{request.home}/{path}?{urlencode({'account': account.id})}"

    def _fault(self, request: Request, text: str, status: int) -> Answer:
        return self._page(request, "That did not work", pages.notice(text, "bad"), status)

    def _page(self, request: Request, title: str, body: str, status: int = 200) -> Answer:
        google = self._google
        text = pages.page(title, body, google.label, google.accent, f"{request.home}/")
        return as_html(text, status)


def _badges(record: Record, labels: dict[str, str]) -> str:
    names = {STARRED: "★", **labels}
    found = [names[group] for group in groups_of(record) if group in names]
    return "".join(pages.badge(name) for name in found)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
