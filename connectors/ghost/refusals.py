"""What Ghost's refusals of one member mean. Pure.

https://docs.ghost.org/admin-api/#errors

Contexts hold what was sent, so they are looked at and never shown.
"""

from __future__ import annotations

from connectors.errors import AppError, Gone, Refused
from connectors.ghost.api import error_of
from connectors.ghost.translate import Json, text_of

#: Ghost's name of what it complains of -> ours.
_LABELS = {"labels": "labels", "email": "E-mail address", "name": "Full name", "note": "Notes"}
_ASK_THE_PERSON = "Ask the person to sign up on the site."


def refusal(status: int, data: object) -> AppError:
    """Of one member. ``data``: the body of an answer that is no success."""
    if status == 404:
        return gone()
    error = error_of(data)
    if is_taken(status, data):
        return in_use()
    if what := _complained(error):
        return Refused(f"Ghost does not take what the contact has in: {what}.")
    return Refused(f"Ghost refuses the contact ({text_of(error, 'type')[:60] or status}).")


def _complained(error: Json) -> str:
    """What it is about, for people; "" where Ghost does not say. The attribute is named at the
    end of a path such as ``.members[0].labels[0].name``, or alone."""
    details = error.get("details")
    paths = [text_of(each, "dataPath") for each in details] if isinstance(details, list) else []
    path = next(iter(paths), "") or text_of(error, "property")
    return next((ours for name, ours in _LABELS.items() if name in path), "")


def is_taken(status: int, data: object) -> bool:
    """The address is that of another member."""
    error = error_of(data)
    words = f"{text_of(error, 'message')} {text_of(error, 'context')}"
    return status == 422 and "already exists" in words


def gone() -> Gone:
    return Gone("The member is no longer in Ghost.")


def in_use() -> Refused:
    return Refused(
        "Another member of the site has this e-mail address.",
        "Decide in Ghost which of the two stays, and delete the other.",
    )


def other_consent(there: str, asked: str) -> Refused:
    return Refused(
        f"The site has the address already, as {there}; nobody is made {asked} by the sync.",
        _ASK_THE_PERSON,
    )


def no_consent() -> Refused:
    return Refused(
        "A member is made in Ghost as subscribed or unsubscribed, or not at all.",
        "Say in the options of the connection which status new contacts get.",
    )


def nothing_to_subscribe_to() -> Refused:
    return Refused(
        "The site has no newsletter that new members get, so nobody can be made subscribed.",
        "Let new members get one by default in Ghost, under Settings, Newsletters, or have new "
        "contacts made as unsubscribed in the options of the connection.",
    )
