"""What can go wrong at an app, named by the remedy.

The message is written for the staff who read it: what happened, then what to do. It never
holds a secret or a contact's data. What concerns a whole account or side is raised; what
concerns one contact is returned as that write's result (see ``connectors.connector``).
"""

from __future__ import annotations

from connectors.texts import kept


class AppError(Exception):
    """Base of everything an app can answer other than yes."""

    remedy = ""

    def __init__(self, message: str, remedy: str = "") -> None:
        # It is stored, and may quote what the app said.
        self.message = kept(message)
        self.remedy = kept(remedy or self.remedy)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class TryAgain(AppError):
    """A passing fault: time-out, 5xx, rate limit. ``after`` is in seconds, if the app said."""

    remedy = "It is tried again by itself."

    def __init__(self, message: str, remedy: str = "", after: float | None = None) -> None:
        super().__init__(message, remedy)
        self.after = after


class Unanswered(TryAgain):
    """The request went out and no answer came: it may or may not have been carried out."""

    remedy = "The next run looks whether it was carried out before doing it again."


class SignInAgain(AppError):
    """The account's credentials are refused."""

    remedy = "Enter the account's credentials again."


class AskStaff(AppError):
    """Configuration that only a person can mend: wrong URL, vanished container, no right."""


class SwitchedOff(AskStaff):
    """The app has switched the whole account off, such as for a bill that is not paid."""


class Refused(AppError):
    """The app will not take this one contact. Tried again only when something changed."""

    remedy = "Change the contact so that the app accepts it; it is then tried again."


class Gone(AppError):
    """The record is no longer there."""

    remedy = "The pair is kept as deleted opposite; nothing is deleted on the other side."


class Changed(AppError):
    """The record changed since it was read; nothing was written. Read it and plan again."""

    remedy = "The contact is read again and planned anew."
