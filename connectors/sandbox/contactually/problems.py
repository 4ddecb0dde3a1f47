"""What the API refuses."""

from __future__ import annotations

from http import HTTPStatus


class Problem(Exception):
    """``cause`` names the member at fault, where errors are an object."""

    def __init__(self, status: int, text: str, cause: str = "base") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.cause = cause


class Invalid(Problem):
    def __init__(self, cause: str, text: str) -> None:
        name = cause.replace("_", " ").capitalize()
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name} {text}", cause)


class Missing(Problem):
    def __init__(self, what: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"{what} could not be found")


class Malformed(Problem):
    def __init__(self, text: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, text)
