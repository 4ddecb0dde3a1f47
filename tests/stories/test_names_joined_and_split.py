"""Semantics §6: a full name in one app, first and last in the other, over several edits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contact import entries
from connectors.fields import Field
from connectors.memory.quirks import Quirks
from tests.stories.bench import TAGS, Bench, having, person

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

WHOLE = having("full_name", "emails", "notes")
TWO = having("first_name", "last_name", "emails", "notes")
FIVE = having(
    "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "emails", "notes"
)
MAIL = {"emails": entries(["x@x.org"])}


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=WHOLE).placed() as placed:
        yield placed


def joined(bench: Bench, a: Quirks, **name: str) -> None:
    """Somebody of a, where names have parts, is in sync with b, which has full names only."""
    bench.a.quirks = a
    bench.load()
    bench.a.add(person("", **MAIL, **name))
    bench.sync()


def parts(bench: Bench) -> dict[str, str]:
    [contact] = bench.a.contacts().values()
    return {name: str(value) for name, value in contact.fields.items() if name.endswith("name")}


def whole(bench: Bench) -> str:
    [contact] = bench.b.contacts().values()
    return contact.text("full_name")


def edit(bench: Bench, app: str, **fields: str) -> None:
    [id] = bench.apps[app].contacts()
    bench.apps[app].edit(id, fields)


def test_joined_one_way_and_split_back_changing_only_the_part_that_changed(bench: Bench) -> None:
    joined(bench, TWO, first_name="Ann Marie", last_name="Smith")
    assert whole(bench) == "Ann Marie Smith"
    bench.assert_quiet()
    edit(bench, "b", full_name="Ann Marie Jones")
    run = bench.sync()
    assert parts(bench) == {"first_name": "Ann Marie", "last_name": "Jones"}
    assert [set(step.fields) for step in bench.steps(run)] == [{"last_name"}]
    bench.assert_quiet()
    edit(bench, "a", first_name="Anna")
    bench.sync()
    assert whole(bench) == "Anna Jones"
    edit(bench, "b", full_name="Anna van der Berg")
    bench.sync()
    assert parts(bench) == {"first_name": "Anna", "last_name": "van der Berg"}
    bench.assert_quiet()


@pytest.mark.parametrize(
    ("before", "full", "edited", "after"),
    [
        ("Dr.|Ann||Smith|", "Dr. Ann Smith", "Dr. Ann Jones", "Dr.|Ann||Jones|"),
        ("|John||Smith|Jr.", "John Smith Jr.", "Johnny Smith Jr.", "|Johnny||Smith|Jr."),
        ("|Jan||van der Berg|", "Jan van der Berg", "Piet van der Berg", "|Piet||van der Berg|"),
        ("|Cher|||", "Cher", "Cherilyn", "|Cherilyn|||"),
        ("|||Madonna|", "Madonna", "Ciccone", "|||Ciccone|"),
        ("|小龍||李|", "小龍 李", "小明 李", "|小明||李|"),
        ("|Иван|Иванович|Петров|", "Иван Иванович Петров", "Иван Иванович Сидоров",
         "|Иван|Иванович|Сидоров|"),
        ("|محمد||علي|", "محمد علي", "أحمد علي", "|أحمد||علي|"),
    ],
)  # fmt: skip
def test_titles_particles_suffixes_single_names_and_other_scripts_survive(
    bench: Bench, before: str, full: str, edited: str, after: str
) -> None:
    names = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")
    joined(bench, FIVE, **dict(zip(names, before.split("|"), strict=True)))
    assert whole(bench) == full
    bench.assert_quiet()
    edit(bench, "b", full_name=edited)
    bench.sync()
    shown = bench.a.contacts()[next(iter(bench.a.contacts()))]
    assert [shown.text(name) for name in names] == after.split("|")
    bench.assert_quiet()
    edit(bench, "b", full_name=full)
    bench.sync()
    shown = bench.a.contacts()[next(iter(bench.a.contacts()))]
    assert [shown.text(name) for name in names] == before.split("|")
    edit(bench, "b", notes="something else")
    bench.sync()
    shown = bench.a.contacts()[next(iter(bench.a.contacts()))]
    assert [shown.text(name) for name in names] == before.split("|")
    bench.assert_quiet()


@pytest.mark.parametrize("spelling", ["Smith, Ann", "Ann  Smith", " Ann Smith ", "Ann\u00a0Smith"])
def test_another_spelling_of_the_same_name_is_never_rewritten(bench: Bench, spelling: str) -> None:
    bench.a.quirks = TWO
    bench.load()
    bench.a.add(person("Ann", last_name="Smith", **MAIL))
    bench.b.add(person("", full_name=spelling, **MAIL))
    assert bench.writes(bench.sync()) == 0
    assert whole(bench) == spelling
    bench.assert_quiet()
    edit(bench, "a", notes="n")
    bench.sync()
    assert (whole(bench), parts(bench)) == (
        spelling,
        {"first_name": "Ann", "last_name": "Smith"},
    )
    edit(bench, "b", full_name="Ann Smith")
    assert bench.writes(bench.sync()) == 0
    edit(bench, "a", last_name="Jones")
    bench.sync()
    assert whole(bench) == "Ann Jones"
    bench.assert_quiet()


@pytest.mark.parametrize("other", ["full_name", "custom:Display"])
def test_two_full_names_are_compared_as_names(bench: Bench, other: str) -> None:
    bench.a.quirks = WHOLE
    bench.b.quirks = having("full_name", "emails", custom=[Field("custom:Display", "Display")])
    off = {"a": "full_name", "b": "full_name", "arrow": "<->", "on": False}
    line = {"a": "full_name", "b": other, "arrow": "<->"}
    bench.load(mappings=[line] if other == "full_name" else [off, line])
    bench.a.add(person("", full_name="Ann Smith", **MAIL))
    bench.b.add(person("", **{other: "Smith, Ann"}, **MAIL))
    assert bench.writes(bench.sync()) == 0
    edit(bench, "a", full_name="Ann  Smith")
    assert bench.writes(bench.sync()) == 0
    edit(bench, "a", full_name="Ann Jones")
    bench.sync()
    [there] = bench.b.contacts().values()
    assert there.text(other) == "Ann Jones"
    bench.assert_quiet()


def test_both_sides_edit_different_parts_of_a_name_and_the_winner_stays(bench: Bench) -> None:
    joined(bench, TWO, first_name="Ann", last_name="Smith")
    edit(bench, "a", first_name="Anna")
    edit(bench, "b", full_name="Ann Jones")
    run = bench.sync()
    assert (whole(bench), run.counts["conflicts"]) == ("Anna Smith", 1)
    [step] = bench.steps(run)
    assert step.fields["full_name"]["lost"] == "Ann Jones"
    bench.assert_quiet()


def test_a_name_that_is_cleared_is_cleared_whole(bench: Bench) -> None:
    joined(bench, TWO, first_name="Ann", last_name="Smith")
    edit(bench, "b", full_name="")
    bench.sync()
    assert parts(bench) == {}
    bench.assert_quiet()
    edit(bench, "a", last_name="Jones")
    bench.sync()
    assert whole(bench) == "Jones"
    bench.assert_quiet()


def test_a_new_contact_of_the_app_with_full_names_is_split(bench: Bench) -> None:
    bench.a.quirks = FIVE
    bench.load()
    bench.b.add(person("", full_name="Dr. Jan van der Berg Jr.", **MAIL))
    bench.sync()
    [there] = bench.a.contacts().values()
    names = ("name_prefix", "first_name", "last_name", "name_suffix")
    assert [there.text(name) for name in names] == ["Dr.", "Jan", "van der Berg", "Jr."]
    bench.assert_quiet()
