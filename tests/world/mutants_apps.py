"""Errors planted in connectors, in what renews their access, in mappings, and in the words of
rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from connectors.bearer import Renewal
from connectors.contactually import writing as contactually
from connectors.google.updating import Draft
from connectors.mailchimp import creating as mailchimp_creating
from connectors.mailchimp import writing as mailchimp
from connectors.mailchimp.writing import Writer
from connectors.tokens import Token, token_of
from rules import lines, rows
from rules.setup import Line
from rules.words.memberships import Membership
from rules.written import DEFAULT_RULES, WrittenAction, WrittenCondition, WrittenRule
from tests.world.history import Event, History, Setting
from tests.world.mutants import BOTH_SIDES, SETTING, Mutant
from tests.world.mutants_rules import CARD, EVERYTHING, RUN

PERSON: Event = ("add", "a", 1, CARD, ("Client",))
NOT_VIP = WrittenRule("Not VIP", "a", (WrittenCondition("tag", "has not", "VIP"),))
OLD = WrittenRule(
    "Clients", "a", (WrittenCondition("tag", "has", "Client"),),
    (WrittenAction("remove tag", "Old"),), undo=True,
)  # fmt: skip
NAMES = (("emails", (1,)), ("first_name", (1,)))


def _at(app: str, *events: Event, **setting: Any) -> History:
    status = "subscribed" if app == "mailchimp" else ""
    told = {"fields": ("emails", "first_name"), "new_status": status, "real": {"b": app}}
    return History(Setting(**{**told, **setting}), events)


# --- the errors ---


def _off_is_on(found: Iterable[Any], *of: Any) -> list[Line | lines.HeldLine]:
    """A line that is switched off goes on."""
    return [lines._line(row, *of) for row in found]


def _never_not(
    word: Membership, condition: Any, region: str, sound: Callable[..., Any] = Membership.test
) -> Any:
    """*Has not* is read as *has*."""
    return sound(word, replace(condition, op="has"), region)


def _only_new_tags(
    record: Any, add: Any, remove: Any, sound: Callable[..., Any] = contactually.write_tags
) -> Any:
    """Whoever gets a tag loses the others."""
    return sound({} if add else record, add, remove)


def _only_on(*given: Any, sound: Callable[..., Any] = mailchimp.tag_changes) -> Any:
    """Tags are never taken off."""
    return [change for change in sound(*given) if change["status"] == "active"]


def _subscribes(
    writer: Writer, audience: str, member: Any, body: Any, schema: Any,
    sound: Callable[..., Any] = Writer._patch,
) -> Any:  # fmt: skip
    """Each change of a member also subscribes them."""
    return sound(writer, audience, member, {**body, "status": "subscribed"}, schema)


def _made_out(
    wish: Any, status: str, spelled: Any,
    sound: Callable[..., Any] = mailchimp_creating.new_member,
) -> Any:  # fmt: skip
    """Members are made with another consent than was asked for."""
    return sound(wish, "unsubscribed", spelled)


def _wide_mask(draft: Draft) -> str:
    """A change also names fields that it does not hold, which empties them."""
    return "biographies,emailAddresses,names,organizations,phoneNumbers,urls"


def _as_it_was(renewal: Renewal, ended: str = "") -> Token:
    """Access that has ended is not renewed."""
    return token_of(renewal._credentials)


APP_MUTANTS = [
    Mutant(
        "line that is off goes on",
        [(rows, "lines_of", _off_is_on)],
        [
            History(
                SETTING,
                (*BOTH_SIDES, RUN, ("line", "company", False), ("set", "a", 1, "company", 12)),
            )
        ],
    ),
    Mutant(
        "has not is read as has",
        [(Membership, "test", _never_not)],
        [History(Setting(fields=("company", "emails"), rules=(NOT_VIP,)), (PERSON,))],
    ),
    Mutant(
        "Contactually: a new tag replaces the others",
        [(contactually, "write_tags", _only_new_tags)],
        [
            _at("contactually", ("add", "a", 1, NAMES, ("Client",)),
                ("add", "b", 1, NAMES, ("Old",)), RUN, rules=EVERYTHING)
        ],
    ),
    Mutant(
        "Mailchimp: tags are never taken off",
        [(mailchimp, "tag_changes", _only_on)],
        [
            _at("mailchimp", ("add", "a", 1, NAMES, ("Client",)),
                ("add", "b", 1, NAMES, ("Old",)), RUN, rules=(*DEFAULT_RULES, OLD))
        ],
    ),
    Mutant(
        "Mailchimp: a change subscribes",
        [(Writer, "_patch", _subscribes)],
        [
            _at("mailchimp", ("add", "a", 1, NAMES), RUN, ("unsubscribe", "b", 1), RUN,
                ("set", "a", 1, "first_name", 12), RUN)
        ],
    ),
    Mutant(
        "Mailchimp: made with another consent",
        [(mailchimp_creating, "new_member", _made_out)],
        [_at("mailchimp", ("add", "a", 1, NAMES), RUN)],
    ),
    Mutant(
        "Google: a change names fields that it does not hold",
        [(Draft, "mask", property(_wide_mask))],
        [
            _at("google", ("add", "a", 1, NAMES), ("add", "b", 1, (*NAMES, ("company", (1,)))),
                RUN, ("set", "a", 1, "first_name", 12), RUN)
        ],
    ),
    Mutant(
        "access that ended is not renewed",
        [(Renewal, "__call__", _as_it_was)],
        [_at("google", ("add", "a", 1, NAMES), RUN)],
    ),
]  # fmt: skip
