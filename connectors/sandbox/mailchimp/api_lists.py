"""Calls about the account and its audiences, and the search for members in all of them."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.mailchimp import checks
from connectors.sandbox.mailchimp.call import Call
from connectors.sandbox.mailchimp.people import People
from connectors.sandbox.mailchimp.problems import invalid
from connectors.sandbox.mailchimp.showing import Showing, iso
from connectors.sandbox.store import Document
from connectors.sandbox.web import Answer

#: What a search gives at most (https://mailchimp.com/developer/marketing/api/search-members/).
_FOUND = 30


def root(call: Call) -> Answer:
    account = call.account
    subscribed = sum(
        audience.tally()["statuses"].get("subscribed", 0) for audience in call.audiences()
    )
    first, _, last = account["name"].partition(" ")
    return call.answer(
        {
            "account_id": account["id"],
            "login_id": str(account["login_id"]),
            "account_name": account["name"],
            "email": account["email"],
            "first_name": first,
            "last_name": last,
            "username": account["email"],
            "avatar_url": "",
            "role": "owner",
            "member_since": iso(account["opened"]),
            "pricing_plan_type": "forever_free",
            "first_payment": "",
            "account_timezone": "Europe/London",
            "account_industry": "",
            "contact": {
                "company": account["name"],
                "addr1": "",
                "addr2": "",
                "city": "",
                "state": "",
                "zip": "",
                "country": "",
            },
            "pro_enabled": False,
            "last_login": iso(account["opened"]),
            "total_subscribers": subscribed,
            "_links": [],
        }
    )


def ping(call: Call) -> Answer:
    return call.answer({"health_status": "Everything's Chimpy!"})


def lists(call: Call) -> Answer:
    """``email``: only those that hold this address."""
    address = call.request.one("email")
    found = [
        audience
        for audience in call.audiences()
        if not address or People(audience).find(address) is not None
    ]
    start, end = call.page()
    total = checks.flag_of(call.request, "include_total_contacts")
    return call.answer(
        {
            "lists": [call.showing(audience).list(total) for audience in found[start:end]],
            "total_items": len(found),
            "constraints": {
                "may_create": True,
                "max_instances": 100,
                "current_total_instances": len(call.audiences()),
            },
            "_links": [],
        }
    )


def one_list(call: Call) -> Answer:
    total = checks.flag_of(call.request, "include_total_contacts")
    return call.answer(call.showing(call.audience()).list(total))


def search_members(call: Call) -> Answer:
    """By the exact address, or by a first or last name."""
    query = call.request.one("query").strip().lower()
    if not query:
        raise invalid(("query", "This value should not be blank."))
    wanted = call.request.one("list_id")
    exact: list[Document] = []
    similar: list[Document] = []
    for audience in call.audiences():
        if wanted not in ("", audience.id):
            continue
        people, showing = People(audience), call.showing(audience)
        there = people.find(query) if "@" in query else None
        if there:
            exact.append(showing.member(there))
        else:
            similar += [member for member in _all(people, showing) if _is_like(member, query)]
    return call.answer(
        {
            "exact_matches": {"members": exact[:_FOUND], "total_items": len(exact)},
            "full_search": {"members": similar[:_FOUND], "total_items": len(similar)},
            "_links": [],
        }
    )


def _all(people: People, showing: Showing) -> list[Document]:
    return [showing.member(member) for member in people.all() if member["status"] != "archived"]


def _is_like(member: Document, query: str) -> bool:
    values: dict[str, Any] = member["merge_fields"]
    texts = [member["email_address"], values.get("FNAME", ""), values.get("LNAME", "")]
    return any(query in str(text).lower() for text in texts)
