"""What the API's refusals mean, told without anybody's data. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.errors import AppError, AskStaff, Gone, Refused, SwitchedOff
from connectors.rest import Reply

#: What looks like somebody's data: quoted words, addresses, longer numbers.
_PERSONAL = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|“[^”]*”|\S*@\S*|\+?\d[\d ()./-]{2,}\d")
#: Characters that are told of a message, and of one that is looked at.
_LONGEST, _READ = 200, 10_000
_RIGHTS = "Authorise the account again with the scope all:manage, as a user who may do so."


def account_fault(reply: Reply, what: str) -> AppError:
    """Of a call that is about no contact in particular. ``what``: "read contacts"."""
    if reply.status == 403:
        return AskStaff(f"Contactually does not let this account {what} (403).", _RIGHTS)
    if reply.status in (404, 410):
        return AskStaff(
            f"At the address of the API there is nothing to {what} ({reply.status}).",
            "Have the operator check CONTACTUALLY_API_URL.",
        )
    return AskStaff(
        f"Contactually refuses to let this account {what} ({_said(reply, None)}).",
        "Report it to those who run the server.",
    )


def unpaid() -> SwitchedOff:
    """402: the account is switched off (``{"errors": {"cause": "disabled"}}``). A new token
    would not help."""
    return SwitchedOff(
        "Contactually has switched this account off because it is not paid for (402).",
        "Have the owner of the account settle it at Contactually, then try again.",
    )


def write_fault(reply: Reply, sent: object) -> AppError:
    """Of a write to one contact. ``sent``: the body, whose texts are not repeated."""
    if reply.status in (404, 410):
        return gone()
    if reply.status == 403:
        return Refused(
            "Contactually does not let this user change the contact (403).",
            "Check there whether it belongs to a colleague. If it is so for all contacts, "
            "authorise the account again with the scope all:manage.",
        )
    return refused(reply, sent)


def refused(reply: Reply, sent: object) -> Refused:
    return Refused(f"Contactually refuses the contact ({_said(reply, sent)}).")


def gone() -> Gone:
    return Gone("The contact is no longer in Contactually, or is in its archive.")


def archived_address() -> Refused:
    return Refused(
        "Contactually has an address of this contact in its archive.",
        "Take that contact out of the archive there, or give this one another address.",
    )


def address_in_use() -> Refused:
    return Refused(
        "Contactually has another contact with an address of this one; nothing was written.",
        "The two are paired as soon as that one is read. If it belongs to a colleague, and so is "
        "not shown to this account, settle there whose contact it is.",
    )


def kept_entries(labels: str) -> Refused:
    return Refused(
        f"Contactually keeps what was to be taken away: {labels}.",
        "Take it away there by hand. Whatever else was to be written is written.",
    )


def _said(reply: Reply, sent: object) -> str:
    reason = reason_of(reply.data, sent)
    return f"{reply.status}: {reason}" if reason else str(reply.status)


def reason_of(data: object, sent: object = None) -> str:
    """The texts of ``errors``, a list or an object of texts or lists; of a web page nothing."""
    errors = data.get("errors") if isinstance(data, Mapping) else None
    text = "; ".join(_texts(errors))
    for told in sorted(set(_leaves(sent)), key=len, reverse=True):
        text = re.sub(re.escape(told), "…", text, flags=re.IGNORECASE)
    # Looking for addresses in a word of a million letters would take for ever.
    return _PERSONAL.sub("…", text)[:_LONGEST] if len(text) <= _READ else "…"


def _texts(errors: object) -> Iterator[str]:
    if isinstance(errors, Mapping):
        for name, value in errors.items():
            yield f"{name}: {', '.join(_texts(value))}"
    elif isinstance(errors, list):
        for item in errors:
            yield from _texts(item)
    elif isinstance(errors, str) and errors.strip():
        yield errors.strip()


def _leaves(sent: Any) -> Iterator[str]:
    """The texts that were sent, long enough to be told from any others."""
    if isinstance(sent, Mapping):
        for value in sent.values():
            yield from _leaves(value)
    elif isinstance(sent, list):
        for item in sent:
            yield from _leaves(item)
    elif isinstance(sent, str) and len(sent.strip()) > 1:
        yield sent.strip()
