"""What waits for a person, and which answers fit: of all of it (``waiting_of``), or of one kind a
part at a time (``part_of``)."""

from sync.reviewing.keys import NoSuchContact, record_on
from sync.reviewing.queues import KINDS, number_of, part_of, waiting_of
from sync.reviewing.waiting import Answer, Waiting

__all__ = [
    "KINDS", "Answer", "NoSuchContact", "Waiting",
    "number_of", "part_of", "record_on", "waiting_of",
]  # fmt: skip
