"""The oddities of Ghost as switches; the defaults are what a self-hosted 5.130 with SQLite does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirks:
    #: Addresses that differ in case only are one (MySQL); SQLite takes both.
    folds_address_case: bool = False
    #: The site tells an id of its own, which older versions do not.
    site_ids: bool = True
    #: Seconds by which the clock of the site is ahead of everybody's.
    ahead: float = 0
    #: Most members on a page, whatever is asked for.
    largest_page: int = 100
