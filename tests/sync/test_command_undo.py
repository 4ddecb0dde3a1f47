"""``manage.py undo``: what it refuses, shows and answers."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from connections.models import Connection
from sync.models import Run, Step
from tests.sync.conftest import Pair, person


@pytest.fixture
def changed(pair: Pair) -> Run:
    """A run that wrote Ann's company and notes to b."""
    ann = pair.a.add(person("Ann", "ann@x.org", company="Old"))
    pair.sync()
    pair.a.edit(ann, {"company": "New", "notes": "new"})
    return pair.sync()


def undo(run: Run | int, *arguments: str) -> str:
    out = io.StringIO()
    number = run if isinstance(run, int) else run.pk
    call_command("undo", str(number), *arguments, stdout=out)
    return out.getvalue()


def refusal(run: Run | int, *arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        undo(run, *arguments)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_it_says_contact_by_contact_what_it_put_back(pair: Pair, changed: Run) -> None:
    lines = undo(changed).splitlines()
    assert lines[0] == "pair: done."
    assert "    B company: 'New' → 'Old'" in lines
    assert "    B notes: 'new' → ''" in lines
    assert pair.shown("b", "company") == ["Old"]


def test_a_preview_shows_it_and_writes_nothing(pair: Pair, changed: Run) -> None:
    lines = undo(changed, "--preview").splitlines()
    assert "    B company: 'New' → 'Old'" in lines
    assert pair.shown("b", "company") == ["New"]
    answer = json.loads(undo(changed, "--preview", "--json"))
    assert (answer["kind"], answer["b"]["updated"]) == ("preview", 1)
    assert Run.objects.filter(kind=Run.Kind.PREVIEW).count() == 1


def test_the_answer_has_the_form_of_sync(pair: Pair, changed: Run) -> None:
    answer = json.loads(undo(changed, "--json", "--contact", "ann@x.org"))
    assert (answer["kind"], answer["state"], answer["why"]) == ("undo", "done", None)
    assert (answer["a"]["updated"], answer["b"]["updated"]) == (0, 1)


def test_the_undo_is_a_run_of_its_own_in_the_audit_log(pair: Pair, changed: Run) -> None:
    undo(changed)
    step = Step.objects.get(verb="undo")
    assert (step.cause, step.result) == ("person", "done")
    assert step.why == f"Undone: run {changed.pk}."


def test_an_unknown_run(pair: Pair) -> None:
    assert refusal(999).startswith("There is no run 999. Runs are listed")


def test_a_preview_has_nothing_to_undo(pair: Pair) -> None:
    run = pair.sync(kind=Run.Kind.PREVIEW)
    assert "was a preview: it wrote nothing" in refusal(run)


def test_a_run_that_did_nothing(pair: Pair, changed: Run) -> None:
    quiet = pair.sync()
    assert refusal(quiet) == f"Run {quiet.pk} changed nothing that can be put back."


def test_a_run_whose_steps_were_dropped(pair: Pair, changed: Run) -> None:
    Step.objects.filter(run=changed).delete()
    assert refusal(changed).startswith(f"The steps of run {changed.pk} were dropped")


def test_a_contact_or_a_step_that_the_run_did_not_touch(pair: Pair, changed: Run) -> None:
    assert "did nothing to 'eve@x.org'" in refusal(changed, "--contact", "eve@x.org")
    first = Step.objects.exclude(run=changed).earliest("pk")
    assert f"has no step {first.pk}" in refusal(changed, "--step", str(first.pk))


def test_paused_is_no_hindrance(pair: Pair, changed: Run) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    undo(changed)
    assert pair.shown("b", "company") == ["Old"]
