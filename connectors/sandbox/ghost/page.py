"""The web page where people keep the members of their site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from connectors.sandbox import pages
from connectors.sandbox.ghost import keys
from connectors.sandbox.ghost.hands import Hands
from connectors.sandbox.router import Route
from connectors.sandbox.stand_in import StandIn
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request, Stop, as_html, redirect

#: Members on a page.
SHOWN = 50


def routes(stand_in: StandIn) -> Sequence[Route]:
    page = _Page(stand_in)
    return [
        Route("GET", "/", page.members),
        Route("GET", "/people/{site}/new", page.new),
        Route("POST", "/people/{site}/new", page.add),
        Route("POST", "/people/{site}/newsletters", page.add_newsletter),
        Route("GET", "/people/{site}/{member}", page.member),
        Route("POST", "/people/{site}/{member}", page.save),
        Route("POST", "/people/{site}/{member}/{deed}", page.do),
    ]


class _Page:
    def __init__(self, stand_in: StandIn) -> None:
        self._app = stand_in

    # --- The list -------------------------------------------------------------------------

    def members(self, request: Request) -> Answer:
        """``site``, ``q`` and ``start`` say what is shown."""
        accounts = self._app.accounts.all()
        if not accounts:
            return self._shown(request, "Members", '<p class="empty">Nobody is here yet.</p>')
        asked = request.one("site")
        account = self._app.accounts.get(asked) or accounts[0]
        hands: Hands = self._app.hands(account.id)
        sites = [(one.id, f"{one.name} <{one.email}>") for one in accounts]
        which = pages.form(
            f"{request.home}/",
            pages.row(pages.choice("site", "Site", sites, account.id), pages.button("Show", "")),
            get=True,
        )
        body = pages.row(which)
        body += self._table(request, account.id, hands)
        names = ", ".join(hands.newsletters().values())
        body += pages.card(
            "Newsletters",
            pages.paragraph(names)
            + pages.form(
                f"{request.home}/people/{account.id}/newsletters",
                pages.row(pages.field("name", "Name"), pages.button("Add", "")),
            ),
        )
        texts = ", ".join(keys.of_site(self._app.store, account.id))
        told = [("API URL", f"{request.home}/{account.id}"), ("Admin API key", texts)]
        body += pages.card("Integration", pages.facts(told))
        return self._shown(request, "Members", body)

    def _table(self, request: Request, site: str, hands: Hands) -> str:
        text = request.one("q")
        found = [each for each in hands.all().values() if _holds(each, text)]
        found.sort(key=lambda member: str(member["id"]), reverse=True)
        start = int(request.one("start")) if re.fullmatch("[0-9]{1,9}", request.one("start")) else 0
        end = min(start + SHOWN, len(found))
        rows = [_line(request, site, member) for member in found[start:end]]
        before, after = (
            f"{request.home}/?{urlencode({'site': site, 'q': text, 'start': place})}"
            for place in (max(start - SHOWN, 0), start + SHOWN)
        )
        return (
            pages.row(
                pages.search(f"{request.home}/", text, {"site": site}),
                pages.button_link(f"{request.home}/people/{site}/new", "Add a member"),
            )
            + pages.table(
                ["Email", "Name", "Newsletters", "Labels", "Changed"],
                rows,
                "No member is like that.",
            )
            + pages.pager(
                before if start else "",
                after if end < len(found) else "",
                f"{start + 1}–{end} of {len(found)}" if found else "",
            )
        )

    def add_newsletter(self, request: Request) -> Answer:
        site, name = request.parts["site"], request.field("name").strip()
        if name:
            self._hands(request).add_newsletter(name)
        return redirect(f"{request.home}/?site={site}")

    # --- One member -----------------------------------------------------------------------

    def new(self, request: Request) -> Answer:
        form = _form(self._hands(request), {}, f"{request.home}/people/{request.parts['site']}/new")
        return self._shown(request, "New member", pages.card("", form))

    def add(self, request: Request) -> Answer:
        hands, site = self._hands(request), request.parts["site"]
        record = _record(request)
        try:
            if not record["email"]:
                raise ValueError("A member needs an address.")
            id = hands.add(record)
        except ValueError as error:
            form = _form(hands, record, f"{request.home}/people/{site}/new")
            body = pages.notice(str(error), "bad") + pages.card("", form)
            return self._shown(request, "New member", body, 400)
        return redirect(f"{request.home}/people/{site}/{id}")

    def member(self, request: Request, fault: str = "") -> Answer:
        hands, member = self._found(request)
        url = f"{request.home}/people/{request.parts['site']}/{member['id']}"
        facts = pages.facts(
            [
                ("Gets newsletters", "yes" if member["subscribed"] else "no"),
                ("Mail bounces", "yes" if member["email_suppression"]["suppressed"] else ""),
                ("Membership", member["status"]),
                ("Made", _moment(member["created_at"])),
                ("Changed", _moment(member["updated_at"])),
                ("Id", member["id"]),
            ]
        )
        deeds = [
            ("subscribe", "They sign up", ""),
            ("unsubscribe", "They unsubscribe", ""),
            ("bounce", "Mails bounce", ""),
            ("delete", "Delete", "danger"),
        ]
        buttons = [
            pages.form(f"{url}/{deed}", pages.button(text, kind)) for deed, text, kind in deeds
        ]
        body = (
            (pages.notice(fault, "bad") if fault else "")
            + pages.card("", _form(hands, member, url))
            + pages.card("Newsletters and deletion", facts + pages.row(*buttons))
            + pages.button_link(f"{request.home}/?site={request.parts['site']}", "Back to the list")
        )
        title = member["name"] or member["email"]
        return self._shown(request, title, body, 400 if fault else 200)

    def save(self, request: Request) -> Answer:
        hands, member = self._found(request)
        record = _record(request)
        try:
            if not record["email"]:
                raise ValueError("A member needs an address.")
            hands.edit(member["id"], record)
        except ValueError as error:
            return self.member(request, str(error))
        return redirect(f"{request.home}/people/{request.parts['site']}/{member['id']}")

    def do(self, request: Request) -> Answer:
        hands, member = self._found(request)
        site, deed, id = request.parts["site"], request.parts["deed"], member["id"]
        if deed not in ("subscribe", "unsubscribe", "bounce", "delete"):
            raise Stop(self._missing(request))
        getattr(hands, deed)(id)
        end = f"?site={site}" if deed == "delete" else f"people/{site}/{id}"
        return redirect(f"{request.home}/{end}")

    # --- Inside ---------------------------------------------------------------------------

    def _hands(self, request: Request) -> Hands:
        try:
            hands: Hands = self._app.hands(request.parts["site"])
        except LookupError:
            raise Stop(self._missing(request)) from None
        return hands

    def _found(self, request: Request) -> tuple[Hands, Document]:
        hands = self._hands(request)
        member = hands.get(request.parts["member"])
        if member is None:
            raise Stop(self._missing(request))
        return hands, member

    def _shown(self, request: Request, title: str, body: str, status: int = 200) -> Answer:
        home = f"{request.home}/"
        return as_html(pages.page(title, body, self._app.label, self._app.accent, home), status)

    def _missing(self, request: Request) -> Answer:
        body = pages.paragraph("There is no such member or site (any more).")
        back = pages.button_link(f"{request.home}/", "Back to the list")
        return self._shown(request, "Not found", body + back, 404)


def _form(hands: Hands, member: Document, url: str) -> str:
    """``member``: as shown, or as entered; empty is somebody new."""
    labels = "; ".join(label["name"] for label in member.get("labels", ()))
    on = {each["id"] for each in member.get("newsletters", ())}
    return pages.form(
        url,
        pages.field("email", "Email", member.get("email") or "", kind="email"),
        pages.field("name", "Name", member.get("name") or ""),
        pages.field("note", "Note", member.get("note") or "", lines=3),
        pages.field("labels", "Labels", labels, hint="With semicolons between them."),
        *(
            pages.tick("newsletters", name, id, ticked=id in on or not member)
            for id, name in hands.newsletters().items()
        ),
        pages.button("Save"),
    )


def _record(request: Request) -> Document:
    """What was entered. Browsers send the ends of lines as CR LF."""
    labels = [name.strip() for name in request.field("labels").split(";")]
    return {
        "email": request.field("email").strip(),
        "name": request.field("name"),
        "note": request.field("note").replace("\r\n", "\n"),
        "labels": [{"name": name} for name in labels if name],
        "newsletters": [{"id": id} for id in request.form.get("newsletters", [])],
    }


def _line(request: Request, site: str, member: Document) -> list[str]:
    newsletters = "".join(pages.badge(each["name"], "good") for each in member["newsletters"])
    if member["email_suppression"]["suppressed"]:
        newsletters = pages.badge("bounces", "bad")
    return [
        pages.link(f"{request.home}/people/{site}/{member['id']}", member["email"]),
        pages.escape(member["name"] or ""),
        newsletters or pages.badge("none", "bad"),
        "".join(pages.badge(label["name"]) for label in member["labels"]),
        pages.muted(_moment(member["updated_at"])),
    ]


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _holds(member: Document, text: str) -> bool:
    texts = [member["email"], member["name"] or "", member["note"] or ""]
    texts += [label["name"] for label in member["labels"]]
    return any(text.casefold() in each.casefold() for each in texts)
