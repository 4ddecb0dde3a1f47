"""One small history with every death that can befall it."""

from __future__ import annotations

import pytest

from tests.world.history import Event, History, Setting
from tests.world.verdict import lived, report, verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]

#: Two who meet, one who is made in each app; when that is done, edits on each side.
SMALL = (
    ("add", "a", 1, (("company", (1,)), ("emails", (1,)))),
    ("add", "b", 1, (("company", (2,)), ("emails", (1, 11)))),
    ("add", "a", 2, (("company", (1,)), ("emails", (1,)), ("phones", (1,)))),
    ("add", "b", 3, (("company", (1,)), ("emails", (1,)))),
    ("tick", 400),
)
EDITS = (
    ("run",),
    ("set", "a", 2, "company", 12),
    ("swap", "b", 2, "phones", 0, 13),
    ("set", "b", 3, "company", 14),
    ("tick", 400),
)
MARKERS = {"normalise": True, "batch": 2}
LATE = {"markers": False, "conditional_writes": False, "lag": 300, "batch": 2}
CHOSEN = {"chosen_ids": True, "markers": False, "deltas": False, "reads_back": False}


@pytest.mark.parametrize(
    ("a", "b", "before", "real"),
    [
        (MARKERS, CHOSEN, SMALL, {}),
        (LATE, LATE, SMALL, {}),
        (MARKERS, LATE, (*SMALL, *EDITS), {}),
        ({}, {}, (SMALL[0], SMALL[3]), {"a": "google", "b": "contactually"}),
    ],
    ids=["first-run", "first-run-late", "edits", "real-connectors"],
)
def test_death_at_any_moment_does_no_harm(
    a: dict[str, object],
    b: dict[str, object],
    before: tuple[Event, ...],
    real: dict[str, str],
) -> None:
    """Within and after each call, and after each commit: before a commit or a call is either after
    the commit or after the call before it, or at the very beginning."""
    setting = Setting(a, b, ("company", "emails", "phones"), real=real)
    world, _ = lived(History(setting, (*before, ("run",))))
    run = world.runs[before.count(("run",))]
    assert run.first < run.last, "the run in which it dies has nothing to write"
    deaths = [
        ("commit", 1, "before", "kill"),
        *(("commit", number, "after", "kill") for number in range(1, run.commits + 1)),
        *(
            ("at", *moment, "kill")
            for moment in dict.fromkeys(run.moments)
            if "before" not in moment
        ),
    ]
    for death in deaths:
        story = History(setting, (*before, death, ("run",)))
        complaints = verdict(story)
        assert not complaints, report(story, complaints, str(death))
