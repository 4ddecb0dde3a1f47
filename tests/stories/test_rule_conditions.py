"""Every kind of IF (semantics §3), from the configuration file to who is made in the other app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from connectors.contact import Address, Contact, Entry, Value, entries
from connectors.fields import Field, FieldType
from rules.configuration.problems import ConfigurationError
from sync.models import Step
from tests.stories.bench import EVERYTHING, TAGS, Bench, Quirks, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

OWN = {
    "custom:Text": Field("custom:Text", "Text"),
    "custom:Long": Field("custom:Long", "Long", FieldType.LONG_TEXT),
    "custom:Mail": Field("custom:Mail", "Mail", FieldType.EMAIL),
    "custom:Phone": Field("custom:Phone", "Phone", FieldType.PHONE),
    "custom:Url": Field("custom:Url", "Url", FieldType.URL),
    "custom:Number": Field("custom:Number", "Number", FieldType.NUMBER),
    "custom:Flag": Field("custom:Flag", "Flag", FieldType.BOOLEAN),
    "custom:Day": Field("custom:Day", "Day", FieldType.DATE),
    "custom:Moment": Field("custom:Moment", "Moment", FieldType.DATETIME),
    "custom:One": Field("custom:One", "One", FieldType.CHOICE, options=("Gold", "Silver")),
    "custom:Some": Field("custom:Some", "Some", FieldType.CHOICES, options=("Gold", "Silver")),
    "custom:Place": Field("custom:Place", "Place", FieldType.ADDRESS, many=True),
    "custom:Words": Field("custom:Words", "Words", many=True),
}
CONSENT = Quirks(
    segments=EVERYTHING.segments,
    statuses=("subscribed", "unsubscribed", "pending"),
    custom=tuple(OWN.values()),
    archives=True,
)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=CONSENT, b=TAGS).placed() as placed:
        yield placed


def made(bench: Bench, condition: Mapping[str, Any], people: Mapping[str, Contact]) -> list[str]:
    """Whom a rule with this one condition makes in b."""
    bench.load(rules=[rule("Rule", "a", [condition])], direction="a-to-b")
    for contact in people.values():
        bench.a.add(contact)
    bench.sync()
    return bench.names("b")


def named(kind: str, op: str, value: str | list[str] = "") -> dict[str, Any]:
    return {"kind": kind, **({"op": op} if op else {}), **({"value": value} if value else {})}


def field(name: str, op: str, value: str | list[str] = "") -> dict[str, Any]:
    return {**named("field", op, value), "field": name}


def entry(*values: str | Address, label: str = "") -> Value:
    return tuple(Entry(value, label) for value in values)


# --- Where a contact is ---------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "op", "negated"), [
    ("tag", "has", "has not"),
    ("bucket", "in", "not in"),
    ("label", "has", "has not"),
    ("group", "in", "not in"),
    ("category", "has", "has not"),
])  # fmt: skip
def test_has_and_has_not_of_every_kind_of_place(
    bench: Bench, kind: str, op: str, negated: str
) -> None:
    others = [(other, "Client") for other in EVERYTHING.segments if other != kind]
    people = {
        "Ann": person("Ann", "ann@x.org", segments=[(kind, "Client")]),
        "Bob": person("Bob", "bob@x.org", segments=[*others, (kind, "Other")]),
        "Cid": person("Cid", "cid@x.org"),
    }
    assert made(bench, named(kind, op, "client"), people) == ["Ann"]
    bench.load(rules=[rule("Rule", "a", [named(kind, negated, " CLIENT")])])
    bench.sync()
    assert bench.names("b") == ["Ann", "Bob", "Cid"]
    assert bench.record("Ann").state == "excluded"
    assert bench.record("Bob").state == "in_sync"


@pytest.mark.parametrize(("op", "value", "expected"), [
    ("in", "pending", ["Cid"]),
    ("not in", "pending", ["Ann", "Bob"]),
    ("one of", ["subscribed", "pending"], ["Ann", "Cid"]),
])  # fmt: skip
def test_in_and_not_in_a_status(
    bench: Bench, op: str, value: str | list[str], expected: list[str]
) -> None:
    people = {
        "Ann": person("Ann", "ann@x.org"),
        "Bob": person("Bob", "bob@x.org", status="unsubscribed"),
        "Cid": person("Cid", "cid@x.org", status="pending"),
    }
    assert made(bench, named("status", op, value), people) == expected


# --- Any field value, custom fields included ------------------------------------------------

FIELDS: Sequence[tuple[str, str, str | list[str], list[Value], list[Value]]] = [
    # field, operator, value, what matches, what does not
    ("company", "is", "acme ltd", ["ACME  Ltd", " Acme Ltd "], ["Acme", ""]),
    ("company", "is not", "Acme", ["Other", ""], ["acme "]),
    ("company", "contains", "ACM", ["The Acme"], ["Other", ""]),
    ("company", "does not contain", "acm", ["Other", ""], ["The Acme"]),
    ("company", "starts with", "the", ["The Acme"], ["Acme the", ""]),
    ("company", "is empty", "", [""], ["Acme"]),
    ("company", "is not empty", "", ["Acme"], [""]),
    ("company", "one of", ["Acme", "Other"], ["ACME", "other"], ["Third", ""]),
    ("notes", "contains", "second line", ["First\nsecond  line"], ["First", ""]),
    ("emails", "contains", "@acme.org", [entries(["a@x.org", "A@ACME.org"])],
     [entries(["b@x.org"])]),
    ("emails", "does not contain", "@acme.org", [entries(["c@x.org"])],
     [entries(["d@x.org", "d@acme.org"])]),
    ("phones", "starts with", "+32", [entry("+32 9 123 45 67"), entry("+4420", "+3291")],
     [entry("+44 20 7946 0000"), ""]),
    ("phones", "is", "+32 9 123 45 67", [entry("0032 (9) 1234567", "+32 9 123 45 67")],
     [entry("+32 9 123 45 68"), ""]),
    ("phones.mobile", "is not empty", "", [entry("+3291234567", label="mobile")],
     [entry("+3291234567", label="work"), ""]),
    ("city", "is", "ghent", [entry(Address(city="Ghent"))],
     [entry(Address(city="Bruges", street="Ghent")), ""]),
    ("addresses", "contains", "high st", [entry(Address(street="1 High Street"))],
     [entry(Address(street="Low Street")), ""]),
    ("birthday", "before", "2000-01-01", ["1999-12-31"], ["2000-01-01", "--11-23", ""]),
    ("birthday", "after", "2000-01-01", ["2000-01-02"], ["2000-01-01", "--11-23", ""]),
    ("birthday", "within days", "7", ["2026-11-23", "2026-11-16", "--11-20"],
     ["2026-11-15", "2026-11-24", "--11-24", ""]),
    ("custom:Text", "is", "Yes", ["YES"], ["No", ""]),
    ("custom:Long", "starts with", "dear", ["Dear Ann,\nhow"], ["How, dear", ""]),
    ("custom:Mail", "is", "ANN@x.org", ["ann@X.org"], ["bob@x.org", ""]),
    ("custom:Phone", "is not", "+3291234567", ["+3291234568", ""], ["+32 9 123 45 67"]),
    ("custom:Url", "is", "https://www.x.org/", ["http://x.org"], ["http://y.org", ""]),
    ("custom:Number", "is", "1.50", ["1.5"], ["15", ""]),
    ("custom:Number", "less than", "10", ["9.99", "-5"], ["10", "100", ""]),
    ("custom:Number", "greater than", "10", ["10.01", "100"], ["10", "9", ""]),
    ("custom:Number", "is not", "10", ["11", ""], ["10.0"]),
    ("custom:Flag", "is", "true", ["true"], ["false", ""]),
    ("custom:Flag", "is not", "true", ["false", ""], ["true"]),
    ("custom:Day", "is", "2026-11-23", ["2026-11-23"], ["2026-11-24", ""]),
    ("custom:Day", "is not", "2026-11-23", ["2026-11-24", ""], ["2026-11-23"]),
    ("custom:Moment", "is", "2026-11-23", ["2026-11-23T23:59:00+00:00"],
     ["2026-11-24T00:00:00+00:00", ""]),
    ("custom:Moment", "before", "2026-11-23", ["2026-11-22T23:59:00+00:00"],
     ["2026-11-23T00:00:00+00:00", ""]),
    ("custom:One", "is", "gold", ["Gold"], ["Silver", ""]),
    ("custom:One", "one of", ["Gold", "Silver"], ["Gold", "Silver"], [""]),
    ("custom:Some", "is", "Gold", [entry("Silver", "Gold")], [entry("Silver"), ""]),
    ("custom:Some", "is not", "Gold", [entry("Silver"), ""], [entry("Silver", "Gold")]),
    ("custom:Some", "is empty", "", [""], [entry("Gold")]),
    ("custom:Place", "contains", "ghent", [entry(Address(city="Ghent"))],
     [entry(Address(city="Bruges")), ""]),
    ("custom:Words", "is", "two", [entry("one", "Two")], [entry("one"), ""]),
    ("custom:Words", "is not", "two", [entry("one"), ""], [entry("one", "Two")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "op", "value", "matching", "others"),
    FIELDS,
    ids=[f"{name} {op}" for name, op, *_ in FIELDS],
)
def test_any_field_value_with_operators_that_fit_the_type(
    bench: Bench,
    name: str,
    op: str,
    value: str | list[str],
    matching: list[Value],
    others: list[Value],
) -> None:
    stored = "addresses" if name == "city" else name.partition(".")[0]
    people = {}
    for number, given in enumerate([*matching, *others]):
        word = f"{'Yes' if number < len(matching) else 'No'}{number}"
        fields: dict[str, Value] = {stored: given}
        people[word] = person(word, *([] if name == "emails" else [f"p{number}@z.org"]))
        people[word] = people[word].with_fields(fields)
    expected = sorted(word for word in people if word.startswith("Yes"))
    assert made(bench, field(name, op, value), people) == expected


def test_every_type_of_field_is_asked_for_here() -> None:
    types = {OWN[name].type for name, *_ in FIELDS if name in OWN}
    assert types == set(FieldType) - {FieldType.NAME}, "a name is the full name, a text"


@pytest.mark.parametrize(("name", "op"), [
    ("company", "less than"), ("company", "before"), ("birthday", "contains"),
    ("custom:Number", "starts with"), ("custom:Flag", "greater than"), ("custom:One", "contains"),
])  # fmt: skip
def test_an_operator_that_does_not_fit_the_type_is_refused(
    bench: Bench, name: str, op: str
) -> None:
    with pytest.raises(ConfigurationError, match="op"):
        bench.load(rules=[rule("Rule", "a", [field(name, op, "2026-11-23")])])


# --- Already exists -------------------------------------------------------------------------


def test_already_exists_in_the_other_app(bench: Bench) -> None:
    bench.b.add(person("Ann", "ann@x.org"))
    people = {"Ann": person("Ann", "ann@x.org", notes="A"), "Bob": person("Bob", "bob@x.org")}
    assert made(bench, {"kind": "exists"}, people) == ["Ann"]
    assert bench.text("b", "Ann", "notes") == "A"
    assert ("Bob", "excluded", "no rule") in bench.states()


def test_does_not_exist_in_the_other_app_yet(bench: Bench) -> None:
    bench.b.add(person("Ann", "ann@x.org"))
    people = {"Ann": person("Ann", "ann@x.org", notes="A"), "Bob": person("Bob", "bob@x.org")}
    assert made(bench, named("exists", "not"), people) == ["Ann", "Bob"]
    assert bench.text("b", "Ann", "notes") == ""
    assert ("Ann", "excluded", "no rule") in bench.states()


def test_already_exists_is_answered_at_the_first_meeting_and_remembered(bench: Bench) -> None:
    """Bob, whom we made, did not exist: that stays so when all is planned again."""
    seen = rule("Seen", "a", [{"kind": "exists"}], [add("Was there")])
    bench.load(rules=[rule("All", "a"), seen], direction="a-to-b")
    bench.b.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    for change in ({}, {"never_blank": True}):
        bench.load(**change)
        bench.edit("a", "Bob", notes=f"changed {change}")
        bench.sync()
        assert bench.segments("b", "Ann") == ["Was there"]
        assert bench.segments("b", "Bob") == []


def test_whom_we_made_did_not_exist_for_one_in_its_counterparts_place_either(bench: Bench) -> None:
    seen = rule("Seen", "a", [{"kind": "exists"}], [add("Was there")], undo=True)
    bench.load(rules=[rule("All", "a"), seen])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Zoe", "zoe@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.sync()
    bench.b.add(person("Ann", "ann@x.org"))
    assert bench.verbs(bench.sync()) == ["link", "restore"]
    assert bench.record("Ann").existed is False
    bench.load(never_blank=True)
    bench.assert_quiet()


def test_whom_we_made_still_does_not_exist_for_the_negation(bench: Bench) -> None:
    people = {"Bob": person("Bob", "bob@x.org")}
    assert made(bench, named("exists", "not"), people) == ["Bob"]
    bench.edit("a", "Bob", notes="changed")
    bench.load(never_blank=True)
    bench.sync()
    assert bench.record("Bob").state == "in_sync"
    assert bench.text("b", "Bob", "notes") == "changed"


def test_a_counterpart_that_appears_later_is_met_then(bench: Bench) -> None:
    people = {"Ann": person("Ann", "ann@x.org", notes="A")}
    assert made(bench, {"kind": "exists"}, people) == []
    bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.record("Ann").state == "in_sync"
    assert bench.text("b", "Ann", "notes") == "A"


# --- What happened to a contact -------------------------------------------------------------


@pytest.mark.parametrize("archived", [False, True])
def test_was_deleted(bench: Bench, archived: bool) -> None:
    gone = rule("Gone", "a", [{"kind": "deleted"}], [add("Gone in A")], undo=True)
    bench.load(rules=[rule("All", "a"), gone])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    assert bench.segments("b", "Ann") == []
    id = bench.id("a", "Ann")
    bench.a.archive(id) if archived else bench.a.remove(id)
    run = bench.sync()
    assert bench.segments("b", "Ann") == ["Gone in A"]
    assert bench.verbs(run) == ["delete", "act"]
    assert bench.segments("b", "Bob") == []
    bench.a.restore(id) if archived else bench.a.revive(id)
    bench.sync()
    assert bench.segments("b", "Ann") == [], "it is back, so it left the rule"


def test_was_not_deleted(bench: Bench) -> None:
    there = rule("There", "a", [named("deleted", "not")], [add("Alive in A")], undo=True)
    bench.load(rules=[rule("All", "a"), there])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    assert bench.segments("b", "Ann") == ["Alive in A"]
    bench.a.remove(bench.id("a", "Ann"))
    bench.sync()
    assert bench.segments("b", "Ann") == []


def test_whoever_is_excluded_and_deleted_matches_a_rule_on_deletion(bench: Bench) -> None:
    """The mark of deletions is not put on, since it was excluded; what a rule asks for is."""
    gone = rule("Gone", "a", [{"kind": "deleted"}], [add("Gone in A")])
    bench.load(rules=[rule("C", "a", [has("Client")]), gone], sync_deletions=["a-to-b"])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.a.remove(bench.id("a", "Ann"))
    bench.sync()
    assert bench.segments("b", "Ann") == ["Gone in A"]
    assert bench.record("Ann").cause == "deleted while excluded"


def test_was_unsubscribed_and_its_negation(bench: Bench) -> None:
    out = rule("Out", "a", [{"kind": "unsubscribed"}], [add("Out")], undo=True)
    inside = rule("In", "a", [named("unsubscribed", "not")], [add("In")], undo=True)
    bench.load(rules=[out, inside], direction="a-to-b")
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org", status="pending"))
    bench.sync()
    assert (bench.segments("b", "Ann"), bench.segments("b", "Bob")) == (["In"], ["In"])
    bench.a.unsubscribe(bench.id("a", "Ann"))
    bench.sync()
    assert (bench.segments("b", "Ann"), bench.segments("b", "Bob")) == (["Out"], ["In"])


@pytest.mark.parametrize("condition", [
    {"kind": "unsubscribed"}, {"kind": "deleted"}, named("status", "in", "subscribed"),
    named("bucket", "in", "X"), named("category", "has", "X"), field("custom:No", "is", "x"),
])  # fmt: skip
def test_each_only_where_the_app_can_tell(db: None, condition: dict[str, Any]) -> None:
    bench = Bench(a=Quirks(tells_deletions=False))
    with bench.placed(), pytest.raises(ConfigurationError, match="There is"):
        bench.load(rules=[rule("Rule", "a", [condition])])


# --- Names are written as typed -------------------------------------------------------------


def test_tag_names_compare_folded_and_are_written_as_typed(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("cLiEnT  one")], [add("From  the CRM")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client One"]))
    bench.sync()
    assert bench.segments("b", "Ann") == ["From  the CRM"]


def test_the_audit_log_names_the_rule_with_its_sentence(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")], [add("CRM")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    step = Step.objects.get(verb="act")
    assert step.rule == "Clients: IF in A: has the tag Client THEN in B: add the tag CRM"
    assert (step.cause, step.fields) == ("rule", {"tag": {"before": "", "after": "CRM"}})
