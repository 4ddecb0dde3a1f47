from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from connectors.contact import Entry, entries
from sync.audit import as_csv_rows, as_json, escaped, in_sentence, in_words, steps_of
from sync.models import Run, Step
from tests.sync.conftest import Pair, person


@pytest.fixture
def synced(pair: Pair) -> Pair:
    """Ann was created in b, then edited on both sides; Bob was created in a."""
    ann = pair.a.add(person("Ann", "ann@x.org", company="Ajax"), id="a1")
    pair.b.add(person("Bob", "bob@x.org"), id="b1")
    pair.sync()
    there = next(id for id, contact in pair.b.contacts().items() if contact.name == "Ann")
    pair.a.edit(ann, {"company": "=Beta"})
    pair.b.edit(there, {"company": "Gamma"})
    pair.sync()
    return pair


def lines(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("audit", "pair", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_a_line_of_json_is_what_the_contract_says(synced: Pair) -> None:
    [_, _, line] = lines("--json")
    step = Step.objects.get(verb="update")
    assert json.loads(line) == {
        "at": step.at.isoformat(),
        "run": step.run_id,
        "step": step.pk,
        "verb": "update",
        "side": "b",
        "a": "a1",
        "b": step.b_remote,
        "name": "Ann",
        "fields": {"company": {"before": "Gamma", "after": "=Beta", "lost": "Gamma"}},
        "rule": None,
        "cause": "a",
        "by": None,
        "why": None,
        "result": "done",
    }


def test_csv_has_a_row_a_field_and_no_formulas(synced: Pair) -> None:
    rows = list(csv.DictReader(io.StringIO("\n".join(lines("--csv")))))
    assert sorted((row["verb"], row["name"], row["field"], row["after"]) for row in rows) == [
        ("create", "Ann", "company", "Ajax"),
        ("create", "Ann", "emails", "ann@x.org"),
        ("create", "Ann", "first_name", "Ann"),
        ("create", "Bob", "emails", "bob@x.org"),
        ("create", "Bob", "first_name", "Bob"),
        ("update", "Ann", "company", "'=Beta"),
    ]
    assert rows[-1]["lost"] == "Gamma"


def test_a_sentence_says_who_what_and_the_result(synced: Pair) -> None:
    step = Step.objects.get(verb="update")
    assert lines()[-1] == in_sentence(step)
    when = step.at.strftime("%Y-%m-%d %H:%M:%S")
    assert in_sentence(step) == f"{when}  update in B  Ann  company: 'Gamma' → '=Beta'"
    step.result, step.why = Step.Result.REFUSED, "No."
    assert in_sentence(step) == (
        f"{when}  update in B  Ann [refused]  company: 'Gamma' → '=Beta'; No."
    )


@pytest.mark.parametrize(
    ("arguments", "verbs"),
    [
        ((), ["create", "create", "update"]),
        (("--contact", "ANN@x.org"), ["create", "update"]),
        (("--contact", "a:a1"), ["create", "update"]),
        (("--contact", "b:b1"), ["create"]),
        (("--contact", "nobody@x.org"), []),
    ],
)
def test_only_what_is_asked_for(synced: Pair, arguments: tuple[str, ...], verbs: list[str]) -> None:
    assert sorted(json.loads(line)["verb"] for line in lines("--json", *arguments)) == verbs


def test_a_preview_is_no_part_of_the_log_but_can_be_asked_for(pair: Pair) -> None:
    pair.a.add(person("Ann", "ann@x.org"))
    preview = pair.sync(kind=Run.Kind.PREVIEW)
    assert lines() == []
    assert len(lines("--run", str(preview.pk))) == 1
    assert len(lines("--run", str(preview.pk), "--contact", "ann@x.org")) == 1


def test_steps_outlive_the_sync_record_of_a_contact(synced: Pair) -> None:
    Step.objects.update(sync_record=None)
    assert [step.verb for step in steps_of(synced.connection, contact="a:a1")] == [
        "create",
        "update",
    ]


def test_a_step_without_an_answer_is_unknown(synced: Pair) -> None:
    step = Step.objects.get(verb="update")
    step.result = Step.Result.SENT
    assert as_json(step)["result"] == "unknown"
    assert [row[-1] for row in as_csv_rows(step)] == ["unknown"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_cells_that_a_spreadsheet_takes_for_formulas_are_escaped(cell: str) -> None:
    assert escaped(cell) == f"'{cell}"
    assert escaped(f"a{cell}") == f"a{cell}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x", "x"),
        ("", ""),
        ([{"value": "1", "label": "work"}, {"value": "2"}], "1 (work); 2"),
        ([{"value": {"city": "Ghent", "country": "BE"}}], "Ghent, BE"),
    ],
)
def test_values_in_words(value: Any, words: str) -> None:
    assert in_words(value) == words


def test_lists_are_told_with_their_labels(pair: Pair) -> None:
    ann = pair.a.add(person("Ann", "ann@x.org"))
    pair.sync()
    pair.a.edit(ann, {"phones": (Entry("+3225551212", "work"), *entries(["+3225551213"]))})
    pair.sync()
    assert lines()[-1].endswith("phones: '' → '+3225551212 (work); +3225551213'")
