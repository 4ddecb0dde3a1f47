from __future__ import annotations

from typing import Any

from connectors.contact import Contact, Entry, Segment, Value
from rules.setup import Setup
from sync.engine.person import Decision, Memory, View
from sync.engine.restored import Done
from sync.engine.undo import plan_undo
from tests.sync.engine.pairs import line_of, setup_of

COMPANY, EMAILS = line_of("company"), line_of("emails")
SETUP = setup_of(COMPANY, EMAILS)


def view(id: int, *tags: str, gone: bool = False, **fields: Value) -> View:
    segments = frozenset(Segment("tag", tag) for tag in tags)
    return View(id, f"r{id}", Contact(fields, segments), "digest", gone=gone)


def wrote(before: Any, after: Any, field: str = "company", side: str = "b") -> Done:
    return Done("update", side, {field: {"before": before, "after": after}})


def undone(done: list[Done], a: View, b: View, setup: Setup = SETUP, **memory: Any) -> Decision:
    known = Memory(state=memory.pop("state", "in_sync"), **memory)
    taken = {"a": frozenset[str](), "b": frozenset({"old@x.org"})}
    return plan_undo(done, {"a": a, "b": b}, known, setup, "run 7", taken)


def changes(decision: Decision) -> dict[tuple[str, str], tuple[Value, Value]]:
    return {
        (step.side, name): (change.before, change.after)
        for step in decision.steps
        for name, change in step.fields.items()
    }


def test_the_value_from_before_the_first_of_several_steps_is_put_back() -> None:
    done = [wrote("One", "Two"), wrote("Two", "Three")]
    decision = undone(done, view(1, company="Three"), view(2, company="Three"))
    assert changes(decision) == {("b", "company"): ("Three", "One")}


def test_what_both_sides_then_show_is_agreed_when_it_is_written() -> None:
    base = {COMPANY.key: [["New", "New"]]}
    decision = undone(
        [wrote("Old", "New")], view(1, company="New"), view(2, company="New"), base=base
    )
    [step] = decision.steps
    assert step.agree == {COMPANY.key: ([["New", "New"], None], [None, ["New", "Old"]])}
    assert decision.agreed == {}


def test_each_call_agrees_on_what_its_own_side_shows() -> None:
    done = [wrote("Old b", "X"), wrote("Old a", "X", side="a")]
    decision = undone(done, view(1, company="X"), view(2, company="X"))
    rows = {step.side: step.agree[COMPANY.key][-1] for step in decision.steps}
    assert rows == {"a": [None, ["Old a", "X"]], "b": [None, ["Old a", "Old b"]]}


def test_what_is_so_already_needs_nothing() -> None:
    assert undone([wrote("Old", "New")], view(1), view(2, company="Old")).steps == ()


def test_what_changed_since_is_named_and_left() -> None:
    [step] = undone([wrote("Old", "New")], view(1), view(2, company="Since")).steps
    assert (step.calls, step.why) == (False, "company was changed since; it is left as it is.")


def test_what_the_app_cut_is_as_it_was_left_if_that_is_agreed() -> None:
    done, shown = [wrote("Old", "Long name")], view(2, company="Long")
    assert not undone(done, view(1), shown).steps[0].calls
    base = {COMPANY.key: [["Long name", "Long"]]}
    assert undone(done, view(1), shown, base=base).steps[0].calls


def test_an_address_that_another_has_is_not_put_back() -> None:
    before = [{"value": "Old@x.org"}]
    after = [{"value": "new@x.org"}]
    shown = view(2, emails=(Entry("new@x.org"),))
    [step] = undone([wrote(before, after, "emails")], view(1), shown).steps
    assert (step.calls, "by now" in step.why) == (False, True)


def test_of_one_number_under_two_labels_both_are_put_back_and_nothing_else() -> None:
    work, home = Entry("+3221111111", "work"), Entry("+3221111111", "home")
    before = [{"value": work.value, "label": "work"}]
    after = [*before, {"value": home.value, "label": "home"}]
    added = Done("update", "b", {"phones": {"before": before, "after": after}})
    decision = undone([added], view(1), view(2, phones=(work, home)))
    assert changes(decision) == {("b", "phones"): ((work, home), (work,))}
    taken = Done("update", "b", {"phones": {"before": after, "after": before}})
    decision = undone([taken], view(1), view(2, phones=(work,)))
    assert changes(decision) == {("b", "phones"): ((work,), (work, home))}


def test_a_field_that_the_app_requires_is_left_and_the_rest_put_back() -> None:
    """An app refuses a write as a whole."""
    setup = setup_of(line_of("company", required=True), line_of("last_name"))
    done = [wrote("", "New"), wrote("", "Smith", "last_name")]
    shown = {"company": "New", "last_name": "Smith"}
    decision = undone(done, view(1, **shown), view(2, **shown), setup)
    calls = {name: step.calls for step in decision.steps for name in step.fields or [step.why]}
    assert calls == {
        "company must not be empty in the app; it is left as it is.": False,
        "last_name": True,
    }


def test_a_label_that_was_all_that_changed_is_put_back() -> None:
    done = wrote([{"value": "a@x.org"}], [{"value": "a@x.org", "label": "home"}], "emails")
    old, new = Entry("a@x.org"), Entry("a@x.org", "home")
    decision = undone([done], view(1), view(2, emails=(new,)))
    assert changes(decision) == {("b", "emails"): ((new,), (old,))}
    assert undone([done], view(1), view(2, emails=(old,))).steps == ()
    [step] = undone([done], view(1), view(2, emails=(Entry("a@x.org", "own"),))).steps
    assert not step.calls, "somebody changed it since"


def test_a_label_that_went_with_other_changes_is_put_back_too() -> None:
    before = [{"value": "a@x.org", "label": "work"}]
    done = wrote(before, [{"value": "b@x.org", "label": "work"}, {"value": "a@x.org"}], "emails")
    a, b = Entry("a@x.org"), Entry("b@x.org", "work")
    decision = undone([done], view(1), view(2, emails=(b, a)))
    assert changes(decision) == {("b", "emails"): ((b, a), (Entry("a@x.org", "work"),))}


def test_segments_are_put_back_one_by_one() -> None:
    done = [
        Done("act", "b", {"tag": {"before": "", "after": "CRM"}}),
        Done("act", "b", {"tag": {"before": "Lead", "after": ""}}),
    ]
    decision = undone(done, view(1), view(2, "crm"))
    assert [step.fields["tag"].after for step in decision.steps] == ["", "Lead"]


def test_who_is_gone_is_said_once() -> None:
    done = [wrote("Old", "New"), wrote("x", "y", "notes")]
    [step] = undone(done, view(1), view(2, gone=True)).steps
    assert step.why == "The contact is gone; nothing was put back in B."


def test_an_undone_creation_parts_the_two_and_writes_nothing() -> None:
    done = [Done("create", "b", {"company": {"before": "", "after": "New"}})]
    decision = undone(done, view(1, company="New"), view(2, company="New"))
    assert (decision.state, decision.cause) == ("apart", "undone")
    assert [(step.verb, step.calls) for step in decision.steps] == [("apart", False)]


def test_undone_once_more_they_are_a_pair_again() -> None:
    decision = undone(
        [Done("apart", "")], view(1, company="A"), view(2, company="B"),
        state="apart", cause="undone",
    )  # fmt: skip
    assert decision.state == "in_sync"
    assert decision.agreed[COMPANY.key][-1] == [None, ["A", "B"]]


def test_a_deletion_by_hand_is_final() -> None:
    done = [Done("delete", "b", {"company": {"before": "New", "after": ""}})]
    assert undone(done, view(1), view(2)).steps == ()
