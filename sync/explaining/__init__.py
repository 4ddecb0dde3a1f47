"""Why a contact is, or is not, in sync, and what would happen to it now.

``told`` has the shapes, ``building`` makes them from what is known of one person (pure: what a
run would decide comes from the very functions that a run calls), ``sentences`` puts them into
words, ``paper`` reads what is tried out, and ``asking`` gets everything from the tables.
"""
