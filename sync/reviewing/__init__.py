"""What waits for a person, and which answers fit: of all of it (``waiting_of``), or of one kind a
part at a time (``part_of``)."""

from sync.reviewing.answering import Asked, still_offered
from sync.reviewing.apart import APART
from sync.reviewing.conflicts import CONFLICT, PUT_BACK
from sync.reviewing.keys import NoSuchContact, record_on
from sync.reviewing.queues import KINDS, number_of, part_of, waiting_of
from sync.reviewing.records import DUPLICATE, FAILED, HELD, LEFT_OUT, TO_REVIEW, rows_of
from sync.reviewing.waiting import Answer, Waiting, Who

__all__ = [
    "APART", "CONFLICT", "DUPLICATE", "FAILED", "HELD", "KINDS", "LEFT_OUT", "PUT_BACK",
    "TO_REVIEW", "Answer", "Asked", "NoSuchContact", "Waiting", "Who",
    "number_of", "part_of", "record_on", "rows_of", "still_offered",
    "waiting_of",
]  # fmt: skip
