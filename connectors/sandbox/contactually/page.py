"""The page where people look at their contacts and change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connectors.sandbox import pages
from connectors.sandbox.accounts import Account
from connectors.sandbox.contactually import page_form
from connectors.sandbox.contactually.page_labels import change_labels, labels
from connectors.sandbox.contactually.problems import Problem
from connectors.sandbox.pages import escape
from connectors.sandbox.router import Handler, Route
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request, as_html, redirect

if TYPE_CHECKING:
    from connectors.sandbox.contactually.app import Contactually

_SHOWN = 50
_HEADS = ("Name", "E-mail", "Phone", "Company", "Tags and buckets")
_SAID = {
    "saved": "Saved.",
    "deleted": "The contact is deleted.",
    "archived": "The contact is in the archive.",
    "restored": "The contact is out of the archive.",
}


class Page:
    def __init__(self, app: Contactually) -> None:
        self._app = app

    def routes(self) -> list[Route]:
        asked: list[tuple[str, str, Callable[[Request, Account], Answer]]] = [
            ("GET", "/", self._list),
            ("GET", "/people/new", self._new),
            ("POST", "/people/new", self._create),
            ("GET", "/people/labels", self._labels),
            ("POST", "/people/labels", self._change_labels),
            ("GET", "/people/{id}", self._show),
            ("POST", "/people/{id}", self._save),
            ("POST", "/people/{id}/delete", self._delete),
            ("POST", "/people/{id}/archive", self._archive),
            ("POST", "/people/{id}/restore", self._restore),
        ]
        return [Route(method, path, self._answering(answer)) for method, path, answer in asked]

    # --- The list ---------------------------------------------------------------------------

    def _list(self, request: Request, account: Account) -> Answer:
        sought, archived = request.one("q").strip(), request.one("archived")
        hands = self._app.hands(account.id)
        found = page_form.matching(hands.archived() if archived else hands.all(), sought)
        asked = request.one("start")
        start = int(asked) if asked.isdecimal() and len(asked) < 9 else 0

        def place(first: int) -> str:
            told = {"q": sought, "archived": archived, "start": str(first)}
            return self._place(request, account, "", **told)

        rows = [
            [
                pages.link(self._place(request, account, contact["id"]), page_form.title(contact)),
                escape(page_form.first(contact, "email_addresses", "address")),
                escape(page_form.first(contact, "phone_numbers", "number")),
                escape(contact["company"] or ""),
                _badges(contact, hands.buckets()),
            ]
            for contact in found[start : start + _SHOWN]
        ]
        body = self._head(request, account, sought, archived)
        body += pages.table(_HEADS, rows, "Nobody is found." if sought else "No contacts.")
        body += pages.pager(
            place(max(0, start - _SHOWN)) if start else "",
            place(start + _SHOWN) if start + _SHOWN < len(found) else "",
            f"{len(found)} in all",
        )
        return self._page(request, "Archive" if archived else "Contacts", body)

    def _head(self, request: Request, account: Account, sought: str, archived: str) -> str:
        options = [(one.id, one.email) for one in self._app.accounts.all()]
        other = {} if archived else {"archived": "1"}
        return pages.row(
            pages.search(f"{request.home}/", sought, {"account": account.id, "archived": archived}),
            pages.button_link(self._place(request, account, "new"), "Add contact"),
            pages.button_link(self._place(request, account, "labels"), "Tags, buckets, fields"),
            pages.button_link(
                self._place(request, account, "", **other), "Contacts" if archived else "Archive"
            ),
        ) + pages.row(
            pages.form(
                f"{request.home}/",
                pages.row(
                    pages.choice("account", "Signed in as", options, account.id),
                    pages.button("Change", ""),
                ),
                get=True,
            )
        )

    # --- One contact ------------------------------------------------------------------------

    def _new(self, request: Request, account: Account) -> Answer:
        form = page_form.form(
            self._place(request, account, "new"), {}, self._app.hands(account.id), "Add"
        )
        return self._page(request, "Add contact", form)

    def _create(self, request: Request, account: Account) -> Answer:
        hands = self._app.hands(account.id)
        id = hands.add(page_form.read(request.form, {}, hands))
        return redirect(self._place(request, account, id, done="saved"))

    def _show(self, request: Request, account: Account) -> Answer:
        hands = self._app.hands(account.id)
        contact = hands.one(request.parts["id"])
        place = self._place(request, account, contact["id"])
        body = page_form.form(place, contact, hands, "Save")
        do, text = ("restore", "Take out of the archive") if contact["archived_at"] else (
            "archive",
            "Archive",
        )  # fmt: skip
        body += pages.row(
            pages.form(self._place(request, account, contact["id"], do), pages.button(text, "")),
            pages.form(
                self._place(request, account, contact["id"], "delete"),
                pages.button("Delete", "danger"),
            ),
        )
        if notes := hands.notes(contact["id"]):
            body += pages.card("Notes", pages.bullets(note["body"] for note in notes))
        return self._page(request, page_form.title(contact), body)

    def _save(self, request: Request, account: Account) -> Answer:
        hands = self._app.hands(account.id)
        contact = hands.one(request.parts["id"])
        hands.edit(contact["id"], page_form.read(request.form, contact, hands))
        return redirect(self._place(request, account, contact["id"], done="saved"))

    def _delete(self, request: Request, account: Account) -> Answer:
        self._app.hands(account.id).delete(request.parts["id"])
        return redirect(self._place(request, account, "", done="deleted"))

    def _archive(self, request: Request, account: Account) -> Answer:
        self._app.hands(account.id).archive(request.parts["id"])
        return redirect(self._place(request, account, request.parts["id"], done="archived"))

    def _restore(self, request: Request, account: Account) -> Answer:
        self._app.hands(account.id).restore(request.parts["id"])
        return redirect(self._place(request, account, request.parts["id"], done="restored"))

    # --- Tags, buckets and custom fields ----------------------------------------------------

    def _labels(self, request: Request, account: Account) -> Answer:
        place = self._place(request, account, "labels")
        body = labels(place, self._app.hands(account.id))
        return self._page(request, "Tags, buckets and custom fields", body)

    def _change_labels(self, request: Request, account: Account) -> Answer:
        change_labels(request, self._app.hands(account.id))
        return redirect(self._place(request, account, "labels", done="saved"))

    # --- All pages --------------------------------------------------------------------------

    def _answering(self, answer: Callable[[Request, Account], Answer]) -> Handler:
        def answered(request: Request) -> Answer:
            accounts = self._app.accounts
            asked = request.one("account")
            account = accounts.get(asked) or accounts.of(asked)
            if account is None and (asked or not accounts.all()):
                text = "There is no such account." if asked else "Nobody has an account yet."
                return self._page(request, "Contacts", pages.paragraph(text), 404 if asked else 200)
            try:
                return answer(request, account or accounts.all()[0])
            except Problem as problem:
                said = pages.notice(problem.text, "bad")
                return self._page(request, "Not done", said, problem.status)

        return answered

    def _page(self, request: Request, title: str, body: str, status: int = 200) -> Answer:
        said = _SAID.get(request.one("done"), "")
        body = (pages.notice(said, "good") if said else "") + body
        home = f"{request.home}/"
        if request.one("account"):
            home += f"?{urlencode({'account': request.one('account')})}"
        return as_html(pages.page(title, body, self._app.label, self._app.accent, home), status)

    def _place(
        self, request: Request, account: Account, id: str, verb: str = "", **told: str
    ) -> str:
        """An address of this page; without ``id`` that of the list."""
        path = "".join(f"/{part}" for part in ("people", id, verb) if part) if id else "/"
        query = urlencode(
            {"account": account.id, **{name: told[name] for name in told if told[name]}}
        )
        return f"{request.home}{path}?{query}"


def _badges(contact: Document, buckets: Mapping[str, str]) -> str:
    tags = [pages.badge(name) for name in contact["tags"]]
    names = [pages.badge(buckets[id], "good") for id in contact["bucket_ids"] if id in buckets]
    return "".join(tags + names)
