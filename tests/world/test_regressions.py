"""Histories that the engine once came out of badly, as the simulation printed them."""

from __future__ import annotations

import pytest

from rules.written import DEFAULT_RULES, WrittenAction, WrittenCondition, WrittenRule
from tests.world.history import Event, History, Setting
from tests.world.verdict import verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


@pytest.mark.parametrize("commit", range(15, 20))
def test_contact_found_by_its_address_is_not_taken_for_our_create(commit: int) -> None:
    """A killed run was about to create somebody whom a person had entered there just before.
    Recovery found that contact by its address and took what it lacked for cleared: the other
    side's values were erased."""
    story = History(
        Setting(a={"markers": False, "lag": 300}, fields=("company", "emails"), winner="b"),
        (
            ("add", "a", 5, (("emails", (1,)),)),
            ("add", "b", 5, (("company", (21,)), ("emails", (1,)))),
            ("commit", commit, "after", "kill"),
            ("run",),
        ),
    )
    assert verdict(story) == []


def test_value_cut_by_an_app_before_a_crash_does_not_shorten_its_source() -> None:
    """The run died between a write and its answer; the app shows the value cut."""
    story = History(
        Setting(b={"limits": {"notes": 14}}, fields=("emails", "notes"), winner="b"),
        (
            ("add", "a", 1, (("emails", (1,)), ("notes", (1,)))),
            ("run",),
            ("set", "a", 1, "notes", 11),
            ("at", 3, "after", "kill"),
            ("run",),
        ),
    )
    assert verdict(story) == []


def test_edit_after_a_write_that_was_not_read_back_is_no_reason_to_doubt_the_write() -> None:
    """The app took the write, cut one value of it, and could not be read back; then somebody
    edited another field of it. Recovery took the whole write for not carried out, and met the
    two anew: a removed phone came back, and the cut value shortened its source."""
    story = History(
        Setting(a={"reads_back": False, "limits": {"company": 8}}),
        (
            ("add", "a", 3, (("emails", (1, 18)),)),
            ("add", "b", 3, (("company", (1,)), ("emails", (1,)), ("phones", (1, 21)))),
            ("at", 4, "before", "busy"),
            ("run",),
            ("swap", "a", 3, "phones", 0, 41),
        ),
    )
    assert verdict(story) == []


def test_undo_leaves_a_required_field_and_puts_back_the_rest() -> None:
    """The undone run had filled a field that the app requires. The app refused the empty value,
    and with it everything else that the undo was to put back."""
    story = History(
        Setting(fields=("emails", "last_name"), required={"a": "last_name"}),
        (
            ("add", "a", 4, (("emails", (1,)),)),
            ("add", "b", 4, (("last_name", (1,)), ("emails", (1, 24)))),
            ("run",),
            ("undo", 1),
        ),
    )
    assert verdict(story) == []


def test_rule_over_the_consent_of_a_new_contact_is_carried_out_with_its_creation() -> None:
    """It was carried out when somebody changed something the next time, whenever that was."""
    out = WrittenRule(
        "Out", "b", (WrittenCondition("unsubscribed"),), (WrittenAction("add tag", "Known"),)
    )
    story = History(
        Setting(
            b={"statuses": ("subscribed", "unsubscribed", "pending")},
            fields=("emails",),
            rules=(*DEFAULT_RULES, out),
            new_status="unsubscribed",
        ),
        (("add", "a", 1, (("emails", (1, 12)),)),),
    )
    assert verdict(story) == []


@pytest.mark.parametrize(
    "then", [("swap", "b", 1, "emails", 1, 21), ("label", "b", 1, "emails", 1, "other")]
)
def test_words_that_cross_are_nobodys_older_words(then: Event) -> None:
    """Both sides exchanged an element of one list, and the run died when it had written one of
    them. That list counted as carried over, so what its people had exchanged in it was taken for
    older than whatever happened to the other list next, and was put back."""
    story = History(
        Setting(fields=("emails",)),
        (
            ("add", "a", 1, (("emails", (1, 11)),)),
            ("add", "b", 1, (("emails", (1, 12)),)),
            ("run",),
            ("swap", "a", 1, "emails", 1, 17),
            ("swap", "b", 1, "emails", 1, 19),
            ("commit", 25, "after", "kill"),
            ("run",),
            then,
        ),
    )
    assert verdict(story) == []


def test_list_that_grew_after_a_write_without_an_answer_tells_of_that_write() -> None:
    """Nothing of the list was as it was sent, so the write was taken for not carried out and the
    two met anew: what somebody had exchanged on the other side in the meantime came back."""
    story = History(
        Setting(a={"reads_back": False}, b={"lag": 300}, fields=("emails", "phones")),
        (
            ("add", "a", 2, (("emails", (1,)),)),
            ("add", "b", 2, (("emails", (1,)), ("phones", (1, 17)))),
            ("tick", 400),
            ("swap", "b", 2, "phones", 1, 25),
            ("at", 4, "before", "ill"),
            ("run",),
            ("put", "a", 2, "phones", 30),
        ),
    )
    assert verdict(story) == []


def test_contact_found_by_its_address_and_tags_is_ours() -> None:
    """Of a create without an answer somebody had cleared a field since, so the contact was not
    taken for ours; nor then were the tags that a rule had put on it, which stayed for ever."""
    rule = WrittenRule(
        "Rule 1",
        "a",
        (WrittenCondition("tag", "has", "Old"),),
        (WrittenAction("add tag", "From CRM"), WrittenAction("add tag", "Known")),
        undo=True,
    )
    story = History(
        Setting(
            fields=("emails", "first_name"),
            rules=(rule,),
            real={"a": "mailchimp", "b": "contactually"},
        ),
        (
            ("add", "a", 1, (("first_name", (1,)), ("emails", (1,))), ("VIP",)),
            ("tag", "a", 1, "Old"),
            ("at", "write 1", "after", "lost"),
            ("run",),
            ("clear", "b", 1, "first_name"),
        ),
    )
    assert verdict(story) == []


def test_process_that_stands_still_in_the_middle_of_a_batch_goes_on_with_none_of_it() -> None:
    """It stood still between two requests of one call of the connector, while another one took
    its account and made who was still to be made. Then it made them once more."""
    story = History(
        Setting(fields=("emails",), real={"a": "google", "b": "contactually"}),
        (
            ("add", "b", 5, (("emails", (1,)),), ("Client", "Old")),
            ("add", "b", 6, (("emails", (1, 31)),), ()),
            ("at", 5, "after", "stall", 700),
            ("run",),
        ),
    )
    assert verdict(story) == []


def test_what_was_cleared_since_a_create_without_an_answer_stays_cleared() -> None:
    """Of the new contact somebody edited another field before it was looked for, so it was not
    taken for ours; the two met as strangers, and what was empty was filled."""
    story = History(
        Setting(a={"markers": False}, fields=("emails", "job_title", "last_name")),
        (
            (
                "add", "b", 1, (("last_name", (11,)), ("job_title", (1,)), ("emails", (1,))),
                ("Client", "VIP"),
            ),
            ("at", 3, "after", "ill"),
            ("run",),
            ("clear", "b", 1, "job_title"),
            ("at", 1, "before", "set", "a", 1, "last_name", 21),
            ("run",),
        ),
    )  # fmt: skip
    assert verdict(story) == []


def test_contact_that_was_made_and_deleted_before_its_create_was_answered_stays_deleted() -> None:
    """It was settled as if the answer had come late, and lived on in the mirror."""
    story = History(
        Setting(b={"chosen_ids": True, "batch": 2}, fields=("emails",)),
        (
            *(("add", "a", pid, (("emails", (1,)),)) for pid in (1, 2, 3, 4)),
            ("add", "b", 5, (("emails", (1,)),)),
            ("add", "a", 6, (("emails", (1, 38)),)),
            ("at", "write 4", "after", "ill"),
            ("run",),
            ("at", 1, "before", "ill"),
            ("run",),
            ("delete", "b", 6),
        ),
    )
    assert verdict(story) == []
