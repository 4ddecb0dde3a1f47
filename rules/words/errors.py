"""Why a condition or an action cannot be made."""

from __future__ import annotations

from collections.abc import Iterable


class NotPossible(ValueError):
    """The message says what is wrong and what is possible instead.

    ``about``: which part is wrong: kind, op, value or field.
    """

    def __init__(self, about: str, message: str) -> None:
        super().__init__(message)
        self.about = about


_LIST = "There is: "


def listed(words: Iterable[str]) -> str:
    """For the end of a message: all there is to choose from."""
    names = list(words)
    return f"{_LIST}{', '.join(names)}." if names else "There is none."


def briefly(message: str, longest: int = 200) -> str:
    """The message without its list where that is too long for a form, which has it anyway."""
    what, _, names = message.partition(f" {_LIST}")
    return message if len(names) <= longest else what
