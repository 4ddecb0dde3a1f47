"""Histories that planning once came out of badly, as the simulation printed them."""

from __future__ import annotations

from rules.written import WrittenAction, WrittenCondition, WrittenRule
from tests.world.history import History, Setting
from tests.world.joins import Join
from tests.world.planner.verdict import verdict

VIP = (WrittenCondition("tag", "has", "VIP"),)


def _both(tag: str) -> WrittenRule:
    """VIP in a and this tag in b are one."""
    return WrittenRule(
        "Both", "a", VIP, (WrittenAction("add tag", tag),), undo=True, both_ways=True
    )


def test_what_was_put_on_both_ways_is_not_seen_while_it_is_taken_back() -> None:
    """A rule that went both ways was switched off and took back what it had put on; another rule
    still saw it in that run, and not in the next."""
    story = History(
        Setting(
            fields=("emails",),
            rules=(
                WrittenRule(
                    name="Both",
                    side="b",
                    conditions=(WrittenCondition(kind="tag", op="has", value="VIP", field=""),),
                    actions=(WrittenAction(kind="add tag", value="Member", field=""),),
                    undo=False,
                    both_ways=True,
                    on=True,
                    take_back=False,
                    key="",
                ),
            ),
        ),
        (
            ("add", "a", 6, (("emails", (1,)),), ("Member",)),
            ("run",),
            (
                "rules",
                (
                    WrittenRule(
                        name="Rule 1",
                        side="b",
                        conditions=(WrittenCondition(kind="tag", op="has", value="VIP", field=""),),
                        actions=(),
                        undo=True,
                        both_ways=False,
                        on=True,
                        take_back=False,
                        key="",
                    ),
                    WrittenRule(
                        name="Both",
                        side="b",
                        conditions=(WrittenCondition(kind="tag", op="has", value="VIP", field=""),),
                        actions=(WrittenAction(kind="add tag", value="Member", field=""),),
                        undo=False,
                        both_ways=True,
                        on=False,
                        take_back=True,
                        key="",
                    ),
                ),
            ),
        ),
    )
    assert verdict(story) == []


def test_one_merged_while_its_counterpart_is_restored() -> None:
    """Deleted in a and restored there while the app of b merged its counterpart: no heir was looked
    for, and a second contact was made in a."""
    story = History(
        Setting(b={"merges": True}, fields=("emails",)),
        (
            ("add", "a", 1, (("emails", (1,)),), ("Old", "Member")),
            ("add", "b", 1, (("emails", (1,)),), ("VIP",)),
            ("run",),
            ("swap", "b", 1, "emails", 1, 11),
            ("delete", "a", 1),
            ("run",),
            ("restore", "a", 1),
            (
                "merge",
                "b",
                1,
                (("last_name", (1,)), ("company", (14,)), ("emails", (1,)), ("urls", (1,))),
            ),
        ),
    )
    assert verdict(story) == []


def test_one_who_is_apart_makes_room() -> None:
    """Whoever came in the place of one whose creation was undone waited for ever for its address:
    of the one who has it nothing is planned, so nobody noticed that it got another."""
    story = History(
        Setting(
            fields=("emails",),
            rules=(
                WrittenRule(
                    name="Everything in B",
                    side="b",
                    conditions=(),
                    actions=(),
                    undo=False,
                    both_ways=False,
                    on=True,
                    take_back=False,
                    key="",
                ),
            ),
        ),
        (
            ("add", "b", 1, (("emails", (1,)),), ()),
            ("run",),
            ("undo", 1),
            ("remake", "b", 1),
            ("run",),
            ("swap", "a", 1, "emails", 1, 33),
        ),
    )
    assert verdict(story) == []


def test_both_ways_in_a_one_way_sync() -> None:
    """Of a pair whose memberships differ and may not be made equal the rule held only in every
    other plan."""
    story = History(
        Setting(
            fields=("emails",),
            direction="b-to-a",
            rules=(
                WrittenRule(
                    name="Both",
                    side="b",
                    conditions=(WrittenCondition(kind="tag", op="has", value="VIP", field=""),),
                    actions=(WrittenAction(kind="add tag", value="Joined", field=""),),
                    undo=True,
                    both_ways=True,
                    on=True,
                    take_back=False,
                    key="",
                ),
            ),
        ),
        (
            ("add", "b", 2, (("emails", (1,)),), ("Client", "VIP")),
            ("run",),
            ("remake", "b", 2),
        ),
    )
    assert verdict(story) == []


def test_an_option_is_taken_away() -> None:
    """The option that was taken away was taken for changed into the only new one, which the other
    side has no word for: it stayed there."""
    story = History(
        Setting(
            fields=("emails",),
            lines=(
                Join(
                    "custom:Themes",
                    "<->",
                    "custom:Topics",
                    "a",
                    (("Neues", "News"), ("Kunst", "Art")),
                ),
            ),
        ),
        (
            ("add", "a", 2, (("emails", (1,)), ("custom:Themes", (11,))), ("Client",)),
            ("run",),
            ("set", "a", 2, "custom:Themes", 19),
        ),
    )
    assert verdict(story) == []


def test_both_ways_after_another_rule_took_off_what_it_had_put_on() -> None:
    """It took that for a person's doing, and took the other side's off one run later: rules fed
    each other."""
    both = _both("Member")
    off = WrittenRule("Off", "b", (), (WrittenAction("remove tag", "VIP"),), undo=True)
    story = History(
        Setting(fields=("emails",), rules=(both,)),
        (
            ("add", "b", 7, (("emails", (1, 36)),), ("VIP", "Old", "Member")),
            ("run",),
            ("rules", (off, both)),
        ),
    )
    assert verdict(story) == []


def test_longer_value_of_a_side_that_is_only_written_gives_way() -> None:
    """An undo had left the target with more than the source. When the source changed, that was
    taken for a value that the source had cut, and was not kept as lost."""
    story = History(
        Setting(fields=("emails",), lines=(Join("custom:Name", "->", "full_name", "b"),)),
        (
            ("add", "a", 1, (("custom:Name", (1,)), ("emails", (1,)))),
            ("run",),
            ("run",),
            ("set", "a", 1, "custom:Name", 18),
            ("set", "b", 1, "last_name", 19),
            ("run",),
            ("set", "a", 1, "custom:Name", 22),
            ("run",),
            ("undo", 2),
            ("set", "a", 1, "custom:Name", 24),
        ),
    )
    assert verdict(story) == []


def test_rules_do_not_see_what_a_both_ways_rule_put_on_and_another_took_off() -> None:
    """It seemed to have been there before: a third rule matched by it, one run later."""
    both = _both("Member")
    known = WrittenRule("Known", "a", VIP, (WrittenAction("add tag", "From CRM"),), undo=True)
    off = WrittenRule("Off", "b", (), (WrittenAction("remove tag", "VIP"),), undo=True)
    story = History(
        Setting(fields=("emails",), rules=(both,)),
        (
            ("add", "b", 3, (("emails", (1,)),), ("Client", "VIP", "Member")),
            ("run",),
            ("rules", (known, both, off)),
        ),
    )
    assert verdict(story) == []


def test_heir_that_comes_before_the_mark_was_written() -> None:
    """A run had concluded the deletion and was killed before it marked anybody. The next one
    marked them without looking for an heir again, who was there by then."""
    rule = WrittenRule("Rule 3", "b", (), (), undo=True)
    story = History(
        Setting(fields=("emails",), sync_deletions=("a-to-b", "b-to-a")),
        (
            ("add", "b", 1, (("emails", (1,)),), ("Client", "VIP")),
            ("break", 1),
            ("run",),
            ("delete", "a", 1),
            ("run",),
            ("add", "a", 1, (("emails", (1,)),), ("Client", "VIP", "Old")),
            ("rules", (rule,)),
        ),
    )
    assert verdict(story) == []


def test_both_ways_taken_off_where_another_rule_had_taken_it_off() -> None:
    """What the other rule had taken off was seen as still there: it was put on again."""
    off = WrittenRule("Rule 1", "b", VIP, (WrittenAction("remove tag", "VIP"),))
    both = _both("Joined")
    story = History(
        Setting(fields=("emails",), rules=(off, both)),
        (
            ("add", "a", 2, (("emails", (1,)),), ("VIP", "Old")),
            ("add", "b", 2, (("emails", (1,)),), ("VIP",)),
            ("run",),
            ("untag", "b", 2, "Joined"),
        ),
    )
    assert verdict(story) == []


def test_element_that_was_removed_on_a_side_that_is_only_written_stays_removed() -> None:
    """It came back a run later, though nothing had changed: another line had written the list that
    it came from."""
    story = History(
        Setting(
            fields=("addresses", "emails", "urls"),
            arrows={"job_title": "<-", "urls": "<-"},
            lines=(Join("custom:Site", "<->", "urls.home", "b"),),
        ),
        (
            ("add", "a", 1, (("addresses", (1, 11)), ("emails", (1,))), ()),
            ("add", "b", 1, (("emails", (1,)), ("urls", (1, 17))), ()),
            ("run",),
            ("take", "a", 1, "urls", 0),
            ("set", "a", 1, "custom:Site", 30),
            ("swap", "b", 1, "urls", 1, 32),
            ("put", "b", 1, "urls", 33),
        ),
    )
    assert verdict(story) == []


def test_heirs_of_both_sides_are_looked_for_at_once() -> None:
    """One contact of a pair had been deleted, then the other one was entered anew, and so was the
    first. The pair went on with the one heir only, who was marked."""
    story = History(
        Setting(b={"archives": True}, fields=("emails",), sync_deletions=("b-to-a",)),
        (
            ("add", "b", 3, (("emails", (1,)),), ("Old", "Member")),
            ("run",),
            ("archive", "b", 3),
            ("run",),
            ("remake", "a", 3),
            ("add", "b", 3, (("emails", (1,)),), ("Old", "Member")),
        ),
    )
    assert verdict(story) == []
