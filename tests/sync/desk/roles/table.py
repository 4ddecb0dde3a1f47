"""Which role may open and do what, by the names of addresses. A new address is one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from connections.door.attempts import new_id
from tests.sync.desk.roles.everybody import (
    ADMINISTRATOR,
    ANYBODY,
    OPERATOR,
    SEER,
    STAFF,
    SUPERUSER,
    VIEWER,
    Rows,
    rank,
)

Arguments = Callable[[Rows], list[Any]]


@dataclass(frozen=True)
class Answer:
    """To a method. ``least``: the first role that is let in; those before it are forbidden, and
    asked to sign in where they are strangers. ``status``: what the others get."""

    least: str
    status: int = 200

    def to(self, role: str) -> set[int]:
        """The statuses that are right."""
        if self.status == 405:
            return {302, 405} if role == ANYBODY else {403, 405}
        if rank(role) >= rank(self.least):
            return {self.status}
        return {302} if role == ANYBODY else {403}

    def lets_in(self, role: str) -> bool:
        return rank(role) >= rank(self.least) and self.status != 405


#: Above all roles: an address that is there because Django makes it, for nobody.
NOBODY = Answer(SUPERUSER, 403)
NO_METHOD = Answer(ANYBODY, 405)


def seen(status: int = 200) -> Answer:
    return Answer(VIEWER, status)


def operated(status: int = 302) -> Answer:
    return Answer(OPERATOR, status)


def changed(status: int = 200) -> Answer:
    """200: the form again, since nothing is filled in; or the page that asks whether to go on."""
    return Answer(ADMINISTRATOR, status)


@dataclass(frozen=True)
class Address:
    """``shows_people``: names, values or ids of contacts, to those who may see them."""

    get: Answer
    post: Answer
    arguments: Arguments = lambda rows: []
    shows_people: bool = False


def pair(rows: Rows) -> list[Any]:
    return [rows.connection.pk]


def record_of_pair(rows: Rows) -> list[Any]:
    return [rows.connection.pk, rows.record.pk]


def draft(rows: Rows) -> list[Any]:
    return [rows.draft.pk]


def rule(rows: Rows) -> list[Any]:
    return [rows.rule.pk]


def part_of_rule(rows: Rows) -> list[Any]:
    return [rows.connection.pk, "a", "if"]


def save(rows: Rows) -> list[Any]:
    return [rows.connection.pk, rows.revision.pk]


def beginning(rows: Rows) -> list[Any]:
    return [rows.beginning.pk]


def _of_model(
    model: str,
    row: Arguments,
    seen_by: str,
    changed_by: Answer,
    *,
    change: Answer | None = None,
    shows_people: bool = False,
) -> Iterator[tuple[str, Address]]:
    """The addresses that Django makes for each table. A list and a history answer a POST like a
    GET."""
    look = Answer(seen_by)
    yield f"admin:{model}_changelist", Address(look, look, shows_people=shows_people)
    yield f"admin:{model}_add", Address(changed_by, changed_by)
    yield f"admin:{model}_delete", Address(changed_by, changed_by, row)
    yield f"admin:{model}_history", Address(look, look, row, shows_people=shows_people)
    last = changed_by if change is None else change
    yield f"admin:{model}_change", Address(look, last, row, shows_people=shows_people)


def _button(answer: Answer, arguments: Arguments = pair) -> Address:
    return Address(NO_METHOD, answer, arguments)


def _page(
    get: Answer, post: Answer, arguments: Arguments = pair, shows_people: bool = False
) -> Address:
    return Address(get, post, arguments, shows_people)


ADDRESSES: Mapping[str, Address] = {
    # --- the desk as a whole ---
    "admin:index": Address(Answer(STAFF), Answer(STAFF)),
    "admin:search": Address(Answer(STAFF), Answer(STAFF)),
    "admin:jsi18n": Address(Answer(STAFF), NO_METHOD),
    "admin:app_list": Address(Answer(VIEWER), Answer(VIEWER), lambda rows: ["sync"]),
    "admin:view_on_site": Address(Answer(STAFF, 404), Answer(STAFF, 404), lambda rows: [0, 0]),
    # Without a query it is refused; tests/sync/desk/roles/test_personal.py asks for suggestions.
    "admin:autocomplete": Address(NOBODY, NO_METHOD),
    # --- tables ---
    **dict(_of_model("connections_account", lambda rows: [rows.account.pk], VIEWER, changed())),
    **dict(_of_model("connections_container", lambda rows: [rows.container.pk], VIEWER, NOBODY)),
    **dict(_of_model("auth_user", lambda rows: [rows.user.pk], SUPERUSER, Answer(SUPERUSER))),
    **dict(_of_model("auth_group", lambda rows: [rows.group.pk], SUPERUSER, Answer(SUPERUSER))),
    **dict(_of_model("sync_run", lambda rows: [rows.pilot.pk], VIEWER, NOBODY, shows_people=True)),
    **dict(_of_model("sync_step", lambda rows: [rows.step.pk], VIEWER, NOBODY, shows_people=True)),
    **dict(
        _of_model(
            "sync_syncrecord", lambda rows: [rows.sync_record.pk], VIEWER, NOBODY, shows_people=True
        )
    ),
    **dict(
        _of_model("sync_export", lambda rows: [rows.export.pk], VIEWER, NOBODY, shows_people=True)
    ),
    **dict(_of_model("sync_erasure", lambda rows: [rows.erasure.pk], VIEWER, NOBODY)),
    **dict(_of_model("connections_connection", draft, VIEWER, changed(), change=NO_METHOD)),
    # A run is called by its number and its connection.
    "admin:sync_run_history": Address(seen(), seen(), lambda rows: [rows.pilot.pk]),
    # At the address of Django's history there is one of ours.
    "admin:connections_connection_history": _page(seen(), NO_METHOD),
    # --- users ---
    "admin:auth_user_remove": Address(
        Answer(SUPERUSER), Answer(SUPERUSER, 302), lambda rows: [rows.user.pk, "identity"]
    ),
    "admin:auth_user_password_change": Address(
        Answer(SUPERUSER), Answer(SUPERUSER), lambda rows: [rows.user.pk]
    ),
    # --- accounts ---
    "admin:connections_account_containers": _button(changed(302), lambda rows: [rows.account.pk]),
    "admin:connections_coming": Address(seen(), seen(302)),
    # --- who is told ---
    "admin:notifications": Address(seen(), seen(302)),
    **dict(_of_model("connections_channel", lambda rows: [rows.channel.pk], VIEWER, changed())),
    "admin:connections_channel_test": _button(changed(302), lambda rows: [rows.channel.pk]),
    # --- a connection: set-up, changes, verbs ---
    "admin:connection_begin": _page(changed(), changed(), beginning),
    "admin:connection_drop": _button(changed(302), beginning),
    "admin:connection_sides": _page(seen(), changed(), draft),
    "admin:connection_options": _page(seen(), changed(), draft),
    "admin:connection_rules": _page(seen(), changed(302), draft),
    # Without a connection it is asked for; tests/sync/desk/rule has the rest.
    "admin:rules_rule_add": Address(changed(302), changed(302)),
    "admin:rules_rule_change": _page(seen(), changed(), rule),
    "admin:rules_rule_delete": _page(changed(), changed(), rule),
    "admin:rules_rule_choices": _page(seen(), NO_METHOD, part_of_rule),
    "admin:rules_rule_values": _page(seen(), NO_METHOD, part_of_rule),
    "admin:rules_rule_told": _page(NO_METHOD, seen(), lambda rows: [*pair(rows), "a"], True),
    "admin:connection_mapping": _page(seen(), changed(302), draft),
    "admin:connection_mapping_fit": _page(seen(), NO_METHOD),
    "admin:connection_mapping_sample": _page(NO_METHOD, Answer(SEER)),
    "admin:connection_preview": _page(seen(), operated(), draft, shows_people=True),
    "admin:connection_preview_rules": _page(seen(), NO_METHOD, draft),
    "admin:connection_preview_people": _page(
        Answer(SEER), Answer(SEER, 302), draft, shows_people=True
    ),
    "admin:connection_health": _page(seen(), NO_METHOD),
    "admin:connection_health_drift": _page(seen(), NO_METHOD),
    "admin:connection_explain": _page(Answer(SEER), NO_METHOD, record_of_pair, shows_people=True),
    # Who may not see people is told so; a POST leads to what was found.
    "admin:people": Address(seen(), Answer(SEER, 200)),
    "admin:person": Address(
        Answer(SEER), NO_METHOD, lambda rows: [rows.record.pk], shows_people=True
    ),
    "admin:person_erase": Address(
        Answer(SUPERUSER), Answer(SUPERUSER), lambda rows: [rows.record.pk], shows_people=True
    ),
    "admin:person_held": Address(
        NO_METHOD, Answer(SUPERUSER), lambda rows: [rows.record.pk], shows_people=True
    ),
    "admin:connection_start": _page(seen(), operated(200), draft),
    "admin:connection_reviews": _page(seen(), operated()),
    "admin:connection_trash": _page(seen(), Answer(SUPERUSER, 302)),
    "admin:connection_trash_delete": _button(Answer(SUPERUSER, 302)),
    # Without a run it leads to the list of them.
    "admin:connection_undo": _page(seen(302), operated()),
    "admin:connection_copy": _button(changed(302)),
    "admin:connection_try": _page(seen(), Answer(SEER)),
    "admin:connection_sync": _button(operated()),
    "admin:connection_check": _button(operated()),
    "admin:connection_leave": _button(operated()),
    "admin:connection_pause": _button(operated()),
    "admin:connection_resume": _button(operated()),
    "admin:connections_connection_history_of": _page(seen(), NO_METHOD),
    "admin:connection_go_back": _page(changed(), changed(), save),
    "admin:connection_go_back_effect": _page(changed(), NO_METHOD, save, shows_people=True),
    "admin:sync_step_export": Address(
        NO_METHOD, Answer(OPERATOR), lambda rows: [], shows_people=True
    ),
    "admin:run_progress": Address(seen(), seen(), lambda rows: [rows.run.pk]),
    # --- for machines; no worker has been heard here ---
    "healthz": Address(Answer(ANYBODY), NO_METHOD),
    "readyz": Address(Answer(ANYBODY, 503), NO_METHOD),
    "metrics": Address(Answer(ANYBODY, 404), NO_METHOD),
    # Of apps, which know the secret of an address; nobody else finds it (tests/sync/watch).
    "hooked": Address(Answer(ANYBODY, 404), Answer(ANYBODY, 404), lambda rows: ["no-secret"]),
    # --- authorising, in a window of its own ---
    "door:begin": Address(NO_METHOD, Answer(STAFF, 404)),
    "door:outcome": Address(Answer(STAFF), NO_METHOD, lambda rows: [new_id()]),
    "door:callback": Address(Answer(ANYBODY, 302), NO_METHOD, lambda rows: ["google"]),
    "door:lost": Address(Answer(ANYBODY, 400), NO_METHOD),
}


#: Beside one visit to each address: the same of other rows, and answers to forms that were filled
#: in. ``shows_people`` as above.
@dataclass(frozen=True)
class Visit:
    name: str
    arguments: Arguments
    data: Mapping[str, str] | None = None
    shows_people: bool = False


WHOM = "zebulon@example.org"
VISITS = (
    Visit("admin:connections_connection_change", pair, shows_people=True),
    Visit("admin:connection_sides", pair),
    Visit("admin:connection_options", pair),
    Visit("admin:connection_rules", pair),
    Visit("admin:connection_mapping", pair),
    Visit("admin:rules_rule_change", rule, {"_count": "1"}, shows_people=True),
    Visit("admin:connection_mapping", pair, {"_find": "1", "find": WHOM}, shows_people=True),
    Visit("admin:connection_mapping_sample", pair, {"_find": "1", "find": WHOM}, shows_people=True),
    Visit("admin:connection_preview", pair),
    Visit("admin:sync_run_change", lambda rows: [rows.run.pk], shows_people=True),
    Visit("admin:connection_try", pair, {"contact": WHOM}, shows_people=True),
)

#: How one signs in, and the pages of one's own second factors: the same for every role
#: (tests/connections/staff).
OF_SIGN_IN = ("account_", "mfa_", "socialaccount_", "openid_connect_")
ALSO_OF_SIGN_IN = frozenset(
    {"admin_logout", "admin:login", "admin:logout", "admin:password_change",
     "admin:password_change_done"}
)  # fmt: skip


def names() -> set[str]:
    """Of all addresses there are. Those without a name only lead on to one that has."""
    return {name for name in _names(get_resolver()) if name and not is_of_sign_in(name)}


def is_of_sign_in(name: str) -> bool:
    return name.startswith(OF_SIGN_IN) or name in ALSO_OF_SIGN_IN


def _names(of: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in of.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name
