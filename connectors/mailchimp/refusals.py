"""What Mailchimp's refusals mean, by title and field. Pure.

https://mailchimp.com/developer/marketing/docs/errors/

Messages of fields come in the language of the audience and details hold addresses, so neither is
shown, and they are looked at only where the title does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.errors import AppError, AskStaff, Gone, Refused, TryAgain
from connectors.mailchimp.schema import Json, Schema

#: Seconds until an address that was signed up too often lately is tried again; users report
#: anything from five minutes to a week.
PAUSE = 24 * 3600.0
_OPTED_OUT = (
    "The person unsubscribed, the address bounced, or Mailchimp is reviewing it; nobody else may "
    "subscribe it again."
)
_FORGOTTEN = "The contact was deleted for good in Mailchimp, which takes it back from nobody else."
_ASK_THE_PERSON = "Send the person a sign-up form of the audience."


def refusal(status: int, problem: object, schema: Schema) -> AppError:
    """Of one contact. ``problem``: the body of an answer that is no success."""
    data = problem if isinstance(problem, dict) else {}
    title, detail = _text(data, "title"), _text(data, "detail")
    if status == 404:
        return gone()
    if title == "Member In Compliance State" or "compliance state" in detail:
        return Refused(_OPTED_OUT, _ASK_THE_PERSON)
    if title == "Forgotten Email Not Subscribed" or "permanently deleted" in detail:
        return Refused(_FORGOTTEN, _ASK_THE_PERSON)
    if title == "Member Exists":
        return in_use()
    if "signed up to a lot of lists very recently" in detail:
        return TryAgain("Mailchimp takes no more sign-ups of this address for now.", after=PAUSE)
    if "looks fake or invalid" in detail or "valid email address" in detail:
        return Refused("Mailchimp takes the e-mail address for invalid or made up.")
    if labels := labels_of(complained(data), schema):
        return Refused(f"Mailchimp does not take what the contact has in: {', '.join(labels)}.")
    return Refused(f"Mailchimp refuses the contact ({title[:60] or status}).")


def refusal_in_bulk(error: Json, schema: Schema) -> AppError:
    """Of one member of a bulk call, whose answer is 200 and has its errors inside."""
    problem = {
        "detail": error.get("error"),
        "errors": [{"field": error.get("field"), "message": error.get("field_message")}],
    }
    return refusal(200, problem, schema)


def complained(problem: object) -> list[str]:
    """The fields that an answer complains of, as it names them: a tag, ``merge_fields.TAG``,
    ``email address``."""
    errors = problem.get("errors") if isinstance(problem, dict) else None
    found = [_text(item, "field") for item in errors] if isinstance(errors, list) else []
    return [name.removeprefix("merge_fields.") for name in found if name]


def labels_of(names: Iterable[str], schema: Schema) -> list[str]:
    """For people."""
    found = ((name, schema.field_of(name)) for name in names)
    return [item.label if item else name.replace("_", " ")[:60] for name, item in found]


def gone() -> Gone:
    return Gone("The contact is no longer in the audience.")


def archived() -> Gone:
    return Gone("The contact was archived in Mailchimp.")


def in_use() -> Refused:
    return Refused(
        "Another contact of the audience has this e-mail address.",
        "Decide in Mailchimp which of the two stays, and archive or delete the other.",
    )


def not_revived() -> Refused:
    return Refused(
        "The address is that of a contact that was archived in Mailchimp, and nothing is revived.",
        "Take it out of the archive in Mailchimp, if it shall be there.",
    )


def other_consent(there: str, asked: str) -> Refused:
    return Refused(
        f"The audience has the address already, as {there}; nobody is made {asked} by the sync.",
        _ASK_THE_PERSON,
    )


def vanished() -> AskStaff:
    return AskStaff(
        "The audience is no longer in Mailchimp.", "Choose another audience for the connection."
    )


def _text(data: object, name: str) -> str:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""
