"""What people said: statements, and which of them are the last words.

A *statement* is one event in which a person said something about a field or a list element.
Saying something where another statement stood *beats* it; two that never met are both last words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.world.words import Word


@dataclass(eq=False)
class Statement:
    """``word`` None: a clear. ``side`` and ``at``: where and when it was said. ``takers``: of a
    list element the sides on which it was removed."""

    word: Word | None
    side: str
    at: datetime
    run: int
    beaten_by: set[Statement] = field(default_factory=set)
    #: List elements: where and when a person removed it, and what was put in its place.
    taken: tuple[str, datetime] | None = None
    heirs: list[Statement] = field(default_factory=list)
    takers: set[str] = field(default_factory=set)
    #: Nothing can be demanded of it: an edit that no engine could have seen was run over.
    loose: bool = False
    same: Statement | None = None

    def find(self) -> Statement:
        return self if self.same is None else self.same.find()


def seen(statements: Iterable[Statement], until: dict[str, datetime]) -> bool:
    return all(said.at <= until[said.side] for said in statements if said.side in until)


def unite(one: Statement, two: Statement) -> None:
    one, two = one.find(), two.find()
    if one is not two:
        two.same = one
        one.beaten_by |= two.beaten_by
        one.taken = one.taken or two.taken
        one.heirs += two.heirs
        one.takers |= two.takers
        one.loose = one.loose or two.loose


def beats(one: Statement, two: Statement) -> bool:
    """Was ``one`` said where ``two`` stood, or where something stood that beats it?"""
    todo, done = [two.find()], set()
    while todo:
        statement = todo.pop()
        if statement is one.find():
            return True
        if statement not in done:
            done.add(statement)
            todo += [other.find() for other in statement.beaten_by]
    return False


def last_words(statements: Iterable[Statement]) -> list[Statement]:
    """Those that nobody beat, except those who were beaten by them in turn."""
    roots = {statement.find(): None for statement in statements}
    return [
        one
        for one in roots
        if all(beats(one, other) for other in roots if other is not one and beats(other, one))
    ]
