"""The web page where people keep their audiences: a list, a form, and what else they can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from connectors.sandbox import pages
from connectors.sandbox.mailchimp import audience, page_form, page_list
from connectors.sandbox.mailchimp.audience import Audience
from connectors.sandbox.mailchimp.hands import Hands
from connectors.sandbox.mailchimp.hands_audience import AudienceHands
from connectors.sandbox.mailchimp.people import People
from connectors.sandbox.router import Route
from connectors.sandbox.stand_in import StandIn
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer, Request, Stop, as_html, redirect

#: What a button of a member's page does.
_DEEDS: Mapping[str, Callable[[AudienceHands, str], None]] = {
    "subscribe": AudienceHands.subscribe,
    "opt-out": AudienceHands.unsubscribe,
    "unsubscribe": lambda hands, id: hands.unsubscribe(id, by_member=False),
    "bounce": AudienceHands.clean,
    "archive": AudienceHands.archive,
    "restore": AudienceHands.restore,
    "delete": AudienceHands.delete,
}


def routes(stand_in: StandIn) -> Sequence[Route]:
    page = _Page(stand_in)
    return [
        Route("GET", "/", page.members),
        Route("POST", "/people/audiences", page.add_audience),
        Route("GET", "/people/{list}/new", page.new),
        Route("POST", "/people/{list}/new", page.add),
        Route("GET", "/people/{list}/{member}", page.member),
        Route("POST", "/people/{list}/{member}", page.save),
        Route("POST", "/people/{list}/{member}/{deed}", page.do),
    ]


class _Page:
    def __init__(self, stand_in: StandIn) -> None:
        self._app = stand_in

    # --- The list -------------------------------------------------------------------------

    def members(self, request: Request) -> Answer:
        """``account``, ``list``, ``status``, ``q`` and ``start`` say what is shown."""
        accounts = self._app.accounts.all()
        asked = request.one("list")
        chosen = audience.found(self._app.store, self._app.now, asked) if asked else None
        account = chosen.account if chosen else request.one("account")
        if account not in {one.id for one in accounts}:
            account = accounts[0].id if accounts else ""
        there = audience.of_account(self._app.store, self._app.now, account)
        chosen = chosen or (there[0] if there else None)
        body = page_list.choosers(request, accounts, account, there, chosen) if accounts else ""
        if chosen:
            body += page_list.table(request, chosen)
        else:
            text = "This account has no audience yet." if accounts else "Nobody is here yet."
            body += f'<p class="empty">{text}</p>'
        body += page_list.new_audience(request, account) if accounts else ""
        return self._shown(request, "Contacts", body)

    # --- One member -----------------------------------------------------------------------

    def new(self, request: Request) -> Answer:
        chosen = self._audience(request)
        form = page_form.form(chosen, {}, f"{request.home}/people/{chosen.id}/new")
        return self._shown(request, "New contact", pages.card("", form))

    def member(self, request: Request, fault: str = "") -> Answer:
        chosen, _, member = self._found(request)
        url = f"{request.home}/people/{chosen.id}/{member['contact_id']}"
        facts = pages.facts(
            [
                ("Status", member["status"]),
                ("Reason", member.get("unsubscribe_reason", "")),
                ("Changed", member["last_changed"].replace("T", " ")),
                ("Source", member["source"]),
                ("Contact id", member["contact_id"]),
            ]
        )
        body = (
            (pages.notice(fault, "bad") if fault else "")
            + pages.card("", page_form.form(chosen, member, url))
            + pages.card("Consent and archive", facts + page_form.deeds(member, url))
            + pages.button_link(f"{request.home}/?list={chosen.id}", "Back to the list")
        )
        title = member["full_name"] or member["email_address"]
        return self._shown(request, title, body, 400 if fault else 200)

    def add_audience(self, request: Request) -> Answer:
        name, account = request.field("name").strip(), request.field("account")
        if not name or self._app.accounts.get(account) is None:
            return redirect(f"{request.home}/")
        hands: Hands = self._app.hands(account)
        return redirect(f"{request.home}/?list={hands.add_audience(name)}")

    def add(self, request: Request) -> Answer:
        chosen = self._audience(request)
        record = page_form.record(chosen, request)
        try:
            if not record["email_address"]:
                raise ValueError("A contact needs an address.")
            id = AudienceHands(chosen).add(record)
        except ValueError as error:
            url = f"{request.home}/people/{chosen.id}/new"
            form = pages.notice(str(error), "bad") + pages.card(
                "", page_form.form(chosen, page_form.as_shown(record), url)
            )
            return self._shown(request, "New contact", form, 400)
        return redirect(f"{request.home}/people/{chosen.id}/{id}")

    def save(self, request: Request) -> Answer:
        chosen, hands, member = self._found(request)
        record = page_form.record(chosen, request)
        there = People(chosen).find(record["email_address"])
        if not record["email_address"] or (there or member)["contact_id"] != member["contact_id"]:
            return self.member(request, "That address is empty, or another contact has it.")
        hands.edit(member["contact_id"], record)
        return redirect(f"{request.home}/people/{chosen.id}/{member['contact_id']}")

    def do(self, request: Request) -> Answer:
        chosen, hands, member = self._found(request)
        deed = request.parts["deed"]
        if deed not in _DEEDS:
            raise Stop(self._missing(request))
        _DEEDS[deed](hands, member["contact_id"])
        place = f"?list={chosen.id}" if deed == "delete" else f"people/{chosen.id}/"
        end = "" if deed == "delete" else member["contact_id"]
        return redirect(f"{request.home}/{place}{end}")

    # --- Inside ---------------------------------------------------------------------------

    def _audience(self, request: Request) -> Audience:
        found = audience.found(self._app.store, self._app.now, request.parts["list"])
        if found is None:
            raise Stop(self._missing(request))
        return found

    def _found(self, request: Request) -> tuple[Audience, AudienceHands, Document]:
        chosen = self._audience(request)
        hands = AudienceHands(chosen)
        member = hands.get(request.parts["member"])
        if member is None:
            raise Stop(self._missing(request))
        return chosen, hands, member

    def _shown(self, request: Request, title: str, body: str, status: int = 200) -> Answer:
        home = f"{request.home}/"
        return as_html(pages.page(title, body, self._app.label, self._app.accent, home), status)

    def _missing(self, request: Request) -> Answer:
        body = pages.paragraph("There is no such contact or audience (any more).")
        back = pages.button_link(f"{request.home}/", "Back to the list")
        return self._shown(request, "Not found", body + back, 404)
