"""The pages of a connection, in the order in which they are gone through: of a draft the steps of
its set-up, afterwards what can be looked at and changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from connections.models import Beginning, Connection
from sync.desk.standing import number_waiting

APPS = "apps"
SIDES, OPTIONS, RULES, MAPPING = "sides", "options", "rules", "mapping"
PREVIEW, START, OVERVIEW, HISTORY = "preview", "start", "overview", "history"
HEALTH, REVIEW, TRASH = "health", "review", "trash"
#: No page of a connection: those of its accounts.
ACCOUNTS = "accounts"

#: Of what waits for a person so many are counted.
COUNTED = 100

#: By word: its name for people, and that of its address, which takes the connection's pk.
_PAGES = {
    OVERVIEW: ("Overview", "connections_connection_change"),
    HEALTH: ("Health", "connection_health"),
    REVIEW: ("To review", "connection_reviews"),
    TRASH: ("Trash", "connection_trash"),
    SIDES: ("Accounts", "connection_sides"),
    OPTIONS: ("Direction and options", "connection_options"),
    RULES: ("Rules", "connection_rules"),
    MAPPING: ("Field mapping", "connection_mapping"),
    PREVIEW: ("Preview", "connection_preview"),
    START: ("Start", "connection_start"),
    HISTORY: ("History", "connections_connection_history_of"),
}
_STEPS = (SIDES, OPTIONS, RULES, MAPPING, PREVIEW, START)
_TABS = (OVERVIEW, HEALTH, REVIEW, TRASH, PREVIEW, OPTIONS, RULES, MAPPING, HISTORY)


@dataclass(frozen=True, slots=True)
class Place:
    """``number``: of a step, from 2, since the apps were chosen before there was a draft; 0 of
    what is no step. ``url`` is empty of a step that cannot be taken yet. ``count``: how much
    waits there, in words."""

    word: str
    label: str
    url: str
    is_here: bool
    number: int = 0
    count: str = ""


def places(connection: Connection, here: str) -> list[Place]:
    """``here``: the word of the page that is shown."""
    is_draft = connection.state == Connection.State.DRAFT
    counts = {} if is_draft else {REVIEW: _counted(number_waiting(connection, COUNTED))}
    return [
        Place(
            word,
            _PAGES[word][0],
            url_of(connection, word),
            word == here,
            number if is_draft else 0,
            counts.get(word, ""),
        )
        for number, word in enumerate(_STEPS if is_draft else _TABS, 2)
    ]


def _counted(number: int) -> str:
    return "" if not number else str(number) if number < COUNTED else f"{COUNTED - 1}+"


def first_steps(here: str, begun: Beginning | None = None) -> list[Place]:
    """All steps of a set-up, while there is no draft yet. ``begun``: it once its apps are chosen,
    which may be chosen again."""
    apps = reverse("admin:connections_connection_add")
    apps = f"{apps}?begun={begun.pk}" if begun else apps
    accounts = reverse("admin:connection_begin", args=[begun.pk]) if begun else ""
    urls = {APPS: apps, SIDES: accounts}
    labels = {APPS: "Apps", **{word: _PAGES[word][0] for word in _STEPS}}
    return [
        Place(word, label, urls.get(word, ""), word == here, number)
        for number, (word, label) in enumerate(labels.items(), 1)
    ]


def is_page(word: str) -> bool:
    return word in _PAGES


def label_of(word: str) -> str:
    return _PAGES[word][0]


def url_of(connection: Connection, word: str) -> str:
    return reverse(f"admin:{_PAGES[word][1]}", args=[connection.pk])


def after(connection: Connection, word: str) -> str:
    """Where people go on from this page when they have saved it: of a draft to its next step."""
    if connection.state != Connection.State.DRAFT:
        return url_of(connection, OVERVIEW)
    following = _STEPS[_STEPS.index(word) + 1 :]
    return url_of(connection, following[0] if following else OVERVIEW)
