"""What became of the writes of one batch, by their places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connectors.connector import Result
from connectors.errors import AppError, AskStaff, SignInAgain, TryAgain, Unanswered
from connectors.rest import Reply

#: After so many lost answers in a row the rest is not sent at all.
PATIENCE = 2


class Outcome:
    """What concerns the account ends the sending: those that were not sent get its error too."""

    def __init__(self) -> None:
        self._results: dict[int, Result] = {}
        self._in_doubt: set[int] = set()
        self._end: AppError | None = None
        self._lost = 0

    def doubt(self, place: int) -> None:
        """It was part of a batch that was refused, and may have been carried out by it: where
        it cannot be sent again, nobody knows."""
        self._in_doubt.add(place)

    def is_in_doubt(self, place: int) -> bool:
        return place in self._in_doubt

    def note(self, place: int, result: Result) -> None:
        if place in self._in_doubt and isinstance(result, SignInAgain | AskStaff | TryAgain):
            result = Unanswered("Google refused the batch that it was in, and then did not answer.")
        self._results[place] = result

    def attempt(self, places: Iterable[int], call: Callable[[], Reply]) -> Reply | None:
        """One call for these writes; None where it brought no answer to look at: then their
        results are noted."""
        error = self._end
        if error is None:
            try:
                reply = call()
            except Unanswered as lost:
                error = lost
                self._lost += 1
                if self._lost >= PATIENCE:
                    self._end = TryAgain("Google does not answer, so it was not sent.")
            except (SignInAgain, AskStaff, TryAgain) as fault:
                error = self._end = fault
            else:
                self._lost = 0
                return reply
        for place in places:
            self.note(place, error)
        return None

    def results(self, count: int) -> list[Result]:
        """In order. Raises what concerns the account where nothing at all was carried out."""
        found = [self._results[place] for place in range(count)]
        if self._end is not None and all(result is self._end for result in found):
            raise self._end
        return found
