"""Votes for the apps to come: those of connectors.coming, and what people wish besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q

from connections.models import Vote
from connectors import coming


@dataclass(frozen=True, slots=True)
class AppToCome:
    """``about`` is empty for a wish. ``is_mine``: has the one who asks voted for it?"""

    word: str
    name: str
    about: str
    votes: int
    is_mine: bool


def standing(user: User) -> list[AppToCome]:
    """Those with most votes first, then by name. A wish lasts as long as a vote for it; an app
    that has become a connector is none to come any more."""
    counted = _counted(user)
    names = {word: row["wished"] for word, row in counted.items()}
    abouts = {}
    for app in coming.APPS:
        names[app.word], abouts[app.word] = app.name, app.about
    apps = [
        AppToCome(
            word,
            name,
            abouts.get(word, ""),
            votes=counted[word]["votes"] if word in counted else 0,
            is_mine=word in counted and counted[word]["mine"] > 0,
        )
        for word, name in names.items()
        if not coming.here_already(name)
    ]
    return sorted(apps, key=lambda app: (-app.votes, app.name.casefold(), app.word))


def vote(user: User, word: str) -> AppToCome | None:
    """Voting twice is one vote. None: no such app is to come, so nothing was done.

    What is answered is how it stood before.
    """
    app = _to_come(user, word)
    if app:
        _keep(user, app.word, app.name)
    return app


def take_back(user: User, word: str) -> AppToCome | None:
    """As ``vote``; without a vote there is nothing to do."""
    app = _to_come(user, word)
    if app:
        Vote.objects.filter(user=user, app=app.word).delete()
    return app


def wish(user: User, name: str) -> AppToCome | None:
    """A vote for an app by its name, in the list or not. None: it is not to come but here.

    The first who wishes for it decides how it is spelled.
    """
    if coming.here_already(name):
        return None
    listed = coming.meant(name)
    word = listed.word if listed else coming.folded(name)
    app = _to_come(user, word) or AppToCome(word, name, "", votes=0, is_mine=False)
    _keep(user, app.word, app.name)
    return app


def _counted(user: User) -> dict[str, Mapping[str, Any]]:
    """word: how many votes, how many of them are the user's (0, 1), and the name as wished."""
    rows = Vote.objects.values("app").annotate(
        votes=Count("pk"), mine=Count("pk", filter=Q(user=user)), wished=Min("name")
    )
    return {row["app"]: row for row in rows}


def _to_come(user: User, word: str) -> AppToCome | None:
    return next((app for app in standing(user) if app.word == word), None)


def _keep(user: User, word: str, name: str) -> None:
    Vote.objects.get_or_create(user=user, app=word, defaults={"name": name})
