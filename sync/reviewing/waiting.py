"""What waits for a person, and the answers that fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync.engine.person import View
from sync.models import Step, SyncRecord


@dataclass(frozen=True, slots=True)
class Answer:
    """``word`` and ``whom``: as the task of a run has them (``sync.by_hand``); ``option``: of the
    command, as it is typed."""

    word: str
    whom: Any
    option: str


@dataclass(frozen=True, slots=True)
class Who:
    """A contact of one side, as the mirror holds it."""

    side: str
    view: View

    @property
    def key(self) -> str:
        return f"{self.side}:{self.view.remote_id}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """``kind``: to review, duplicate, held, failed, apart, left out, conflict; ``cause``: the
    reason as a word. ``about``: the contact, or the two of a pair. ``others``: who it might be,
    or has its address. ``row``: what the connection knows of it; ``step``: of a conflict."""

    kind: str
    name: str
    why: str
    about: Sequence[Who]
    answers: Sequence[Answer] = ()
    cause: str = ""
    others: Sequence[Who] = ()
    row: SyncRecord | None = None
    step: Step | None = None

    @property
    def keys(self) -> list[str]:
        return [who.key for who in self.about]

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "keys": self.keys,
            "why": self.why,
            "answers": [answer.option for answer in self.answers],
        }


def pair_answer(word: str, one: Who, two: Who) -> Answer:
    """About two contacts of different sides."""
    a, b = sorted((one, two), key=lambda who: who.side)
    return Answer(word, (a.view.id, b.view.id), f"--{word} {a.key} {b.key}")
