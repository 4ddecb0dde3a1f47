"""THEN actions of semantics §3: carried out once, taken back with the rule, never doubled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connections.models import Connection
from connectors.contact import entries
from connectors.fields import Field, FieldType
from rules.configuration.problems import ConfigurationError
from tests.stories.bench import EVERYTHING, TAGS, Bench, Quirks, add, has, person, rule, set_field

pytestmark = pytest.mark.sqlite_only

SEGMENT = "custom:Segment"
WITH_FIELD = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=WITH_FIELD).placed() as placed:
        yield placed


def clients(undo: bool = False, **options: object) -> dict[str, object]:
    actions = [add("From CRM"), set_field(SEGMENT, "Client")]
    return rule("Clients", "a", [has("Client")], actions, undo=undo, **options)


def test_an_action_is_carried_out_when_the_counterpart_is_made(bench: Bench) -> None:
    bench.load(rules=[clients()])
    bench.a.add(person("Ann", "ann@x.org", tags=["client"]))
    bench.a.add(person("Bob", "bob@x.org"))
    run = bench.sync()
    assert bench.names("b") == ["Ann"]
    assert bench.segments("b", "Ann") == ["From CRM"]
    assert bench.text("b", "Ann", SEGMENT) == "Client"
    assert bench.verbs(run, "Ann") == ["create", "act", "act"]
    assert bench.writes(run) == 1, "one call makes the contact with all that the rule puts on it"
    assert ("Bob", "excluded", "no rule") in bench.states()
    assert bench.sync().counts["b"]["updated"] == 0


def test_an_action_is_carried_out_when_a_contact_starts_to_match(bench: Bench) -> None:
    everything = rule("All", "a")
    bench.load(rules=[everything, clients()])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    assert bench.segments("b", "Ann") == []
    bench.tag("a", "Ann", "Client")
    run = bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"]
    assert bench.verbs(run) == ["act", "act"]
    assert bench.writes(run) == 1


def test_an_action_is_not_enforced_afterwards(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.untag("b", "Ann", "From CRM")
    bench.edit("a", "Ann", notes="changed")
    bench.sync()
    assert bench.segments("b", "Ann") == []
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"], "it left the rule and came back"


def test_undo_takes_back_what_is_still_as_we_left_it(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.edit("b", "Ann", custom__Segment="Partner")
    bench.untag("a", "Ann", "Client")
    run = bench.sync()
    assert bench.segments("b", "Ann") == []
    assert bench.text("b", "Ann", SEGMENT) == "Partner"
    assert ("Ann", "excluded", "no rule") in bench.states()
    assert sorted(bench.verbs(run)) == ["exclude", "revert"]
    assert bench.writes(bench.sync()) == 0


def test_what_was_there_already_is_never_taken_back(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True)])
    bench.b.add(person("Ann", "ann@x.org", tags=["from crm"], **{SEGMENT: "Client"}))
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == ["from crm"]
    assert bench.text("b", "Ann", SEGMENT) == "Client"


def test_without_undo_effects_stay(bench: Bench) -> None:
    bench.load(rules=[clients()])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"]


def test_an_effect_stays_while_another_matching_rule_wants_it(bench: Bench) -> None:
    vips = rule("VIPs", "a", [has("VIP")], [add("From CRM")], undo=True)
    bench.load(rules=[clients(undo=True), vips])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client", "VIP"]))
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"]
    bench.untag("a", "Ann", "VIP")
    bench.sync()
    assert bench.segments("b", "Ann") == []


def test_of_two_rules_that_set_one_field_the_first_wins_and_then_the_next(bench: Bench) -> None:
    vips = rule("VIPs", "a", [has("VIP")], [set_field(SEGMENT, "VIP")], undo=True)
    bench.load(rules=[vips, clients(undo=True)])
    bench.b.add(person("Ann", "ann@x.org", **{SEGMENT: "Old"}))
    bench.a.add(person("Ann", "ann@x.org", tags=["Client", "VIP"]))
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "VIP"
    bench.untag("a", "Ann", "VIP")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Client"
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Old"


def test_rules_do_not_see_what_rules_of_the_same_connection_put_there(bench: Bench) -> None:
    echo = rule("Echo", "b", [has("From CRM")], [add("Seen in B")])
    bench.load(rules=[clients(), echo])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.sync()
    assert bench.segments("a", "Ann") == ["Client"]
    bench.b.add(person("Bob", "bob@x.org", tags=["From CRM"]))
    bench.sync()
    assert bench.segments("a", "Bob") == ["Seen in B"]


# --- Of every kind ---------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "put", "take"), [
    ("tag", "add tag", "remove tag"),
    ("bucket", "add to bucket", "remove from bucket"),
    ("label", "add label", "remove label"),
    ("group", "add to group", "remove from group"),
    ("category", "add category", "remove category"),
])  # fmt: skip
def test_add_and_remove_of_every_kind_of_place(db: None, kind: str, put: str, take: str) -> None:
    """On whoever is there and on whoever is made; remove is the inverse of add."""
    with Bench(a=TAGS, b=EVERYTHING).placed() as bench:
        actions = [{"kind": put, "value": "New"}, {"kind": take, "value": "OLD"}]
        bench.load(rules=[rule("All", "a"), rule("C", "a", [has("Client")], actions, undo=True)])
        bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        bench.a.add(person("Bob", "bob@x.org", tags=["Client"]))
        places = [(kind, "old"), (kind, "Other")]
        places += [(other, "Old") for other in EVERYTHING.segments if other != kind]
        bench.b.add(person("Bob", "bob@x.org", segments=places))
        run = bench.sync()
        assert bench.segments("b", "Ann", kind) == ["New"]
        assert bench.segments("b", "Bob", kind) == ["New", "Other"]
        assert bench.verbs(run, "Bob") == ["link", "act", "act"]
        changes = [step.fields for step in bench.steps(run) if step.name.startswith("Bob")]
        assert changes[1:] == [
            {kind: {"before": "", "after": "New"}},
            {kind: {"before": "old", "after": ""}},
        ]
        bench.untag("a", "Ann", "Client")
        bench.untag("a", "Bob", "Client")
        bench.sync()
        assert bench.segments("b", "Ann", kind) == [], "Old was never there: not put on"
        assert bench.segments("b", "Bob", kind) == ["Other", "old"]
        for other in EVERYTHING.segments - {kind}:
            assert bench.segments("b", "Bob", other) == ["Old"]


WRITABLE = [
    (Field("custom:X", "X"), "Client", "Client"),
    (Field("custom:X", "X", FieldType.LONG_TEXT), "A client", "A client"),
    (Field("custom:X", "X", FieldType.EMAIL), "a@x.org", "a@x.org"),
    (Field("custom:X", "X", FieldType.PHONE), "+3291234567", "+3291234567"),
    (Field("custom:X", "X", FieldType.URL), "https://x.org", "https://x.org"),
    (Field("custom:X", "X", FieldType.NUMBER), "01.50", "1.5"),
    (Field("custom:X", "X", FieldType.BOOLEAN), "Yes", "true"),
    (Field("custom:X", "X", FieldType.DATE), "2026-11-23", "2026-11-23"),
    (Field("custom:X", "X", FieldType.DATETIME), "2026-11-23T16:13:00+00:00", None),
    (Field("custom:X", "X", FieldType.CHOICE, options=("Gold", "Silver")), "gold", "Gold"),
]


@pytest.mark.parametrize(("field", "value", "written"), WRITABLE, ids=lambda x: str(x)[:60])
def test_set_a_field_of_each_writable_type(
    db: None, field: Field, value: str, written: str | None
) -> None:
    quirks = Quirks(custom=(field,))
    with Bench(a=TAGS, b=quirks).placed() as bench:
        actions = [set_field("custom:X", value)]
        bench.load(rules=[rule("All", "a"), rule("C", "a", [has("Client")], actions, undo=True)])
        bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        bench.a.add(person("Bob", "bob@x.org"))
        bench.sync()
        assert bench.text("b", "Ann", "custom:X") == (written or value)
        bench.tag("a", "Bob", "Client")
        bench.untag("a", "Ann", "Client")
        bench.sync()
        assert bench.text("b", "Ann", "custom:X") == ""
        assert bench.text("b", "Bob", "custom:X") == (written or value)
        assert bench.writes(bench.sync()) == 0


def test_a_standard_field_may_be_set_while_no_line_writes_it(bench: Bench) -> None:
    off = {"a": "company", "arrow": "<->", "b": "company", "on": False}
    actions = [set_field("company", "Acme")]
    bench.load(rules=[rule("C", "a", [has("Client")], actions, undo=True)], mappings=[off])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"], company="Own"))
    bench.sync()
    assert (bench.text("a", "Ann", "company"), bench.text("b", "Ann", "company")) == ("Own", "Acme")


@pytest.mark.parametrize("field", [
    Field("custom:X", "X", FieldType.CHOICES, options=("Gold",)), Field("custom:X", "X", many=True),
    Field("custom:X", "X", FieldType.ADDRESS), Field("custom:X", "X", writable=False),
])  # fmt: skip
def test_only_what_the_target_app_can_do_is_offered(db: None, field: Field) -> None:
    bench = Bench(a=EVERYTHING, b=Quirks(custom=(field,)))
    with bench.placed():
        for action in (set_field("custom:X", "Gold"), add("X", "label"), add("X", "bucket")):
            with pytest.raises(ConfigurationError, match="There is"):
                bench.load(rules=[rule("R", "a", (), [action])])


# --- Carried out once ------------------------------------------------------------------------


def test_an_action_is_carried_out_when_its_counterpart_appears(bench: Bench) -> None:
    """Ann matches from the beginning, but has no e-mail, so she meets nobody."""
    bench.load(rules=[clients()])
    bench.a.add(person("Ann", tags=["Client"]))
    bench.sync()
    assert bench.names("b") == []
    bench.b.add(person("Ann", "ann@x.org", tags=["Old"]))
    bench.edit("a", "Ann", emails=entries(["ann@x.org"]))
    bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM", "Old"]


def test_an_action_is_carried_out_when_it_is_added(bench: Bench) -> None:
    bench.load(rules=[rule("Clients", "a", [has("Client")])])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.load(rules=[clients()])
    run = bench.sync()
    assert bench.segments("b", "Ann") == ["From CRM"]
    assert bench.text("b", "Ann", SEGMENT) == "Client"
    assert bench.verbs(run) == ["act", "act"]
    more = [*clients()["then"], add("Second")]  # type: ignore[misc]
    bench.untag("b", "Ann", "From CRM")
    bench.load(rules=[{**clients(), "then": more}])
    bench.sync()
    assert bench.segments("b", "Ann") == ["Second"], "only the added action is carried out"


@pytest.mark.parametrize("is_new", [True, False])
def test_a_removal_that_found_nothing_is_carried_out_too(bench: Bench, is_new: bool) -> None:
    """What a person puts on afterwards stays."""
    removal = rule("Clean", "a", (), [{"kind": "remove tag", "value": "Cold"}])
    bench.load(rules=[removal])
    bench.a.add(person("Ann", "ann@x.org"))
    if not is_new:
        bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.tag("b", "Ann", "Cold")
    bench.sync()
    assert bench.segments("b", "Ann") == ["Cold"]


def test_a_set_value_that_a_person_changes_stays(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    for value in ("Partner", ""):
        bench.edit("b", "Ann", custom__Segment=value)
        bench.edit("a", "Ann", notes=f"changed {value}")
        bench.sync()
        assert bench.text("b", "Ann", SEGMENT) == value
    bench.load(never_blank=True)
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == ""


@pytest.mark.parametrize("late", [0, 1])
def test_to_a_rule_that_starts_to_match_its_action_is_new(bench: Bench, late: int) -> None:
    """Another rule had put the same tag on, and a person took it off: wherever it stands in
    order, the rule that matches only now carries its own action out."""
    tags = ["VIP", "Client"]
    rules = [rule(tag, "a", [has(tag)], [add("CRM")]) for tag in tags]
    bench.load(rules=rules)
    bench.a.add(person("Ann", "ann@x.org", tags=[tags[1 - late]]))
    bench.sync()
    bench.untag("b", "Ann", "CRM")
    bench.edit("a", "Ann", notes="changed")
    bench.sync()
    assert bench.segments("b", "Ann") == []
    bench.tag("a", "Ann", tags[late])
    bench.sync()
    assert bench.segments("b", "Ann") == ["CRM"]
    bench.untag("b", "Ann", "CRM")
    bench.edit("a", "Ann", notes="changed again")
    bench.sync()
    assert bench.segments("b", "Ann") == []


def test_what_the_app_cut_off_is_still_as_we_left_it(db: None) -> None:
    cutting = Quirks(custom=(Field(SEGMENT, "Segment"),), limits={SEGMENT: 3})
    with Bench(a=TAGS, b=cutting).placed() as bench:
        bench.load(rules=[rule("All", "a"), clients(undo=True)])
        bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        bench.a.add(person("Bob", "bob@x.org", tags=["Client"]))
        bench.sync()
        assert bench.text("b", "Ann", SEGMENT) == "Cli"
        assert bench.writes(bench.sync()) == 0
        bench.edit("b", "Bob", custom__Segment="Own")
        bench.untag("a", "Ann", "Client")
        bench.untag("a", "Bob", "Client")
        bench.sync()
        assert bench.text("b", "Ann", SEGMENT) == ""
        assert bench.text("b", "Bob", SEGMENT) == "Own"


# --- Moved or set, never both ------------------------------------------------------------------


@pytest.mark.parametrize(("field", "refused"), [
    ("company", "company <-> company"), ("first_name", "first_name <-> first_name"),
])  # fmt: skip
def test_a_field_that_is_mapped_and_set_is_refused_naming_the_line(
    bench: Bench, field: str, refused: str
) -> None:
    with pytest.raises(ConfigurationError, match=refused):
        bench.load(rules=[rule("R", "a", [has("Client")], [set_field(field, "Acme")])])
    assert not Connection.objects.exists()


def test_a_line_that_only_reads_the_field_is_not_in_the_way(bench: Bench) -> None:
    lines = [{"a": "company", "arrow": "<-", "b": "company"}]
    actions = [set_field("company", "Acme")]
    bench.load(rules=[rule("R", "a", [has("Client")], actions)], mappings=lines)
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    assert bench.text("b", "Ann", "company") == "Acme"


def test_tags_are_moved_by_rules_only(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    assert bench.segments("b", "Ann") == []


# --- The first in order wins -------------------------------------------------------------------


@pytest.mark.parametrize("adds_first", [True, False])
def test_where_one_adds_and_one_removes_one_tag_the_first_in_order_wins(
    bench: Bench, adds_first: bool
) -> None:
    adds = rule("Adds", "a", [has("Plus")], [add("X")], undo=True)
    takes = rule("Takes", "a", [has("Minus")], [{"kind": "remove tag", "value": "x"}], undo=True)
    rules = [adds, takes] if adds_first else [takes, adds]
    outcome = bench.load(rules=[rule("All", "a"), *rules])
    assert any("the first in order wins" in str(warning) for warning in outcome.warnings)
    bench.a.add(person("Ann", "ann@x.org", tags=["Plus", "Minus"]))
    bench.b.add(person("Ann", "ann@x.org", tags=[] if adds_first else ["X"]))
    bench.sync()
    assert bench.segments("b", "Ann") == (["X"] if adds_first else [])
    bench.untag("a", "Ann", "Plus" if adds_first else "Minus")
    bench.sync()
    assert bench.segments("b", "Ann") == ([] if adds_first else ["X"]), "the next one's turn"
    bench.untag("a", "Ann", "Minus" if adds_first else "Plus")
    bench.sync()
    assert bench.segments("b", "Ann") == ([] if adds_first else ["X"]), "as it was before"


def test_when_the_next_one_leaves_first_the_value_is_that_of_the_first(bench: Bench) -> None:
    vips = rule("VIPs", "a", [has("VIP")], [set_field(SEGMENT, "VIP")], undo=True)
    bench.load(rules=[rule("All", "a"), vips, clients(undo=True)])
    bench.b.add(person("Ann", "ann@x.org", **{SEGMENT: "Old"}))
    bench.a.add(person("Ann", "ann@x.org", tags=["Client", "VIP"]))
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "VIP"
    bench.untag("a", "Ann", "VIP")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Old"


def test_what_a_person_changed_is_nobodys_to_take_back(bench: Bench) -> None:
    vips = rule("VIPs", "a", [has("VIP")], [set_field(SEGMENT, "VIP")], undo=True)
    bench.load(rules=[rule("All", "a"), vips, clients(undo=True)])
    bench.b.add(person("Ann", "ann@x.org", **{SEGMENT: "Old"}))
    bench.a.add(person("Ann", "ann@x.org", tags=["Client", "VIP"]))
    bench.sync()
    bench.edit("b", "Ann", custom__Segment="Own")
    for tag in ("VIP", "Client"):
        bench.untag("a", "Ann", tag)
        bench.sync()
        assert bench.text("b", "Ann", SEGMENT) == "Own"


def test_a_rule_earlier_in_order_takes_over_when_it_starts_to_match(bench: Bench) -> None:
    vips = rule("VIPs", "a", [has("VIP")], [set_field(SEGMENT, "VIP")], undo=True)
    bench.load(rules=[vips, clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Client"
    bench.tag("a", "Ann", "VIP")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "VIP"
    bench.wait(days=1)  # else it would be held: to and fro between two values
    bench.untag("a", "Ann", "VIP")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Client"


def test_when_rules_are_reordered_the_new_first_wins(bench: Bench) -> None:
    vips = rule("VIPs", "a", [has("VIP")], [set_field(SEGMENT, "VIP")], undo=True)
    bench.load(rules=[vips, clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client", "VIP"]))
    bench.a.add(person("Bob", "bob@x.org", tags=["Client", "VIP"]))
    bench.sync()
    bench.edit("b", "Bob", custom__Segment="Own")
    bench.load(rules=[clients(undo=True), vips])
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Client"
    assert bench.text("b", "Bob", SEGMENT) == "Own", "a person changed it meanwhile"
    bench.wait(days=1)  # else it would be held: to and fro between two values
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "VIP"


# --- Other connections see it ------------------------------------------------------------------


def test_other_connections_see_what_rules_put_there(db: None) -> None:
    with Bench(a=TAGS, b=TAGS, c=TAGS).placed() as bench:
        bench.load(rules=[rule("Clients", "a", [has("Client")], [add("From A")])])
        onward = rule("Onward", "a", [has("From A")], [add("From B")])
        bench.load("onward", a="b", b="c", rules=[onward])
        bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        bench.b.add(person("Bob", "bob@x.org"))
        bench.sync()
        bench.sync("onward")
        assert bench.names("c") == ["Ann"]
        assert bench.segments("c", "Ann") == ["From B"]
