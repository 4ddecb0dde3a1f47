"""Files whose rules, or what goes with them, are wrong: each with all that is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.memory.app import MemoryApp
from tests.rules.test_broken_files import said_about, stored

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

#: By name the two sides of the connection; the rest of the file begins in line 10.
SIDES = {
    "book": ("crm", "book"),
    "news": ("crm", "news"),
    "plain": ("crm", "plain"),
    "newsplain": ("news", "plain"),
}
IN_BOOK = (
    "name_prefix, first_name, middle_name, last_name, name_suffix, full_name, nickname, emails, "
    "phones, addresses, urls, company, department, job_title, birthday, notes"
)
IN_CRM = (
    f"{IN_BOOK}, custom:Size, custom:Shoes, custom:Score, custom:Since, custom:Seen, "
    "custom:Active, custom:Hobbies, custom:Segment"
)
TO_SET = (
    "name_prefix, first_name, middle_name, last_name, name_suffix, nickname, company, "
    "department, job_title, birthday, notes, custom:Size, custom:Shoes, custom:Since, "
    "custom:Seen, custom:Active, custom:Segment"
)
BOTH_WAYS = (
    "A rule goes both ways only with exactly one has or in condition, not negated, and exactly "
    "one add action."
)
SAY_STATUS = (
    "say with which status. There is: subscribed, pending, unsubscribed. There is no default."
)
#: (name, the two sides, what follows from line 10 on; what is said)
BROKEN: list[tuple[str, str, str, list[str]]] = [
    (
        "rules that are no list",
        "book",
        "    rules: all",
        ["10: connections.rules: This must be a list, not 'all'."],
    ),
    (
        "a rule that is no table",
        "book",
        "    rules: [Clients]",
        ["10: connections.rules: This must be a table of keys and values, not 'Clients'."],
    ),
    (
        "a rule without a name",
        "book",
        "    rules:\n      - {from: a}",
        ["11: connections.rules.name: This is missing."],
    ),
    (
        "a rule without a side",
        "book",
        "    rules:\n      - {name: R}",
        ["11: connections.rules.from: This is missing: whose contacts it looks at, a or b."],
    ),
    (
        "a rule of an unknown side",
        "book",
        "    rules:\n      - {name: R, from: c}",
        ["11: connections.rules.from: 'c' is none of a, b."],
    ),
    (
        "a rule with a name that is none",
        "book",
        "    rules:\n      - {name: ' R', from: a}",
        [
            "11: connections.rules.name: A name is one line of at most 100 characters, "
            "without blanks around."
        ],
    ),
    (
        "a rule twice",
        "book",
        "    rules:\n      - {name: R, from: a}\n      - {name: R, from: b}",
        ["12: connections.rules.name: Rule R is here twice; see line 11."],
    ),
    (
        "an unknown key of a rule",
        "book",
        "    rules:\n      - {name: R, from: a, when: []}",
        ["11: connections.rules.when: There is no such key. Did you mean then?"],
    ),
    (
        "conditions that are no list",
        "book",
        "    rules:\n      - {name: R, from: a, if: {kind: tag, op: has, value: X}}",
        ["11: connections.rules.if: This must be a list, not a table."],
    ),
    (
        "a condition that is a word",
        "book",
        "    rules:\n      - {name: R, from: a, if: [Client]}",
        ["11: connections.rules.if: This must be a table of keys and values, not 'Client'."],
    ),
    (
        "a condition without a kind",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{op: has, value: X}]}",
        ["11: connections.rules.if.kind: This is missing."],
    ),
    (
        "an unknown key of a condition",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: tag, op: has, values: X}]}",
        [
            "11: connections.rules.if.value: A value is missing.",
            "11: connections.rules.if.values: There is no such key. Did you mean value?",
        ],
    ),
    (
        "an unknown key of an action",
        "book",
        "    rules:\n      - {name: R, from: a, then: [{kind: add label, op: x, value: X}]}",
        ["11: connections.rules.then.op: There is no such key. There is: kind, field, value."],
    ),
    (
        "a value that is a table",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: tag, op: has, value: {a: b}}]}",
        ["11: connections.rules.if.value: This must be text, not a table."],
    ),
    (
        "an action with a list",
        "book",
        "    rules:\n      - {name: R, from: a, then: [{kind: add label, value: [X, Y]}]}",
        ["11: connections.rules.then.value: This must be text, not a list."],
    ),
    (
        "a switch that is none",
        "book",
        "    rules:\n      - {name: R, from: a, undo: maybe}",
        ["11: connections.rules.undo: This must be true or false, not 'maybe'."],
    ),
    (
        "taken back while it is on",
        "book",
        "    rules:\n      - {name: R, from: a, take_back: true}",
        [
            "11: connections.rules.take_back: Only a rule that is off takes back what it "
            "did: write on: false too."
        ],
    ),
    (
        "half a character",
        "book",
        '    rules:\n      - {name: R, from: a, if: [{kind: tag, op: has, value: "\\ud800"}]}',
        ["11: connections.rules.if.value: It holds characters that are no text. Remove them."],
    ),
    (
        "a NUL",
        "book",
        '    rules:\n      - {name: R, from: a, then: [{kind: add label, value: "\\0"}]}',
        ["11: connections.rules.then.value: It holds characters that are no text. Remove them."],
    ),
    (
        "a field with an endless name",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: phones.xxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            "xxxxxxxxxxxxxxxxxxxx, op: is, value: '1'}]}"
        ),
        ["11: connections.rules.if.field: The name of a field is text of at most 200 characters."],
    ),
    (
        "a kind that there is not",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: flag, op: has, value: X}]}",
        [
            "11: connections.rules.if.kind: There is no condition 'flag'. There is: tag, "
            "bucket, field, exists, deleted."
        ],
    ),
    (
        "a kind that the app has not",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: label, op: has, value: X}]}",
        [
            "11: connections.rules.if.kind: There is no condition 'label' in this app. "
            "There is: tag, bucket, field, exists, deleted."
        ],
    ),
    (
        "a status without consent",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: status, op: in, value: subscribed}]}",
        [
            "11: connections.rules.if.kind: There is no condition 'status' in this app. "
            "There is: tag, bucket, field, exists, deleted."
        ],
    ),
    (
        "unsubscribed where nobody can",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: unsubscribed}]}",
        [
            "11: connections.rules.if.kind: There is no condition 'unsubscribed' in this "
            "app. There is: tag, bucket, field, exists, deleted."
        ],
    ),
    (
        "an operator that does not fit the kind",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: tag, op: contains, value: X}]}",
        ["11: connections.rules.if.op: 'contains' does not fit 'tag'. There is: has, has not."],
    ),
    (
        "an operator that does not fit the type",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: 'custom:Shoes', op: "
            "contains, value: '4'}]}"
        ),
        [
            "11: connections.rules.if.op: 'contains' does not fit Shoes (number). There is:"
            " is, is not, one of, less than, greater than, is empty, is not empty."
        ],
    ),
    (
        "no operator",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: field, field: company, value: X}]}",
        [
            "11: connections.rules.if.op: Company (text) needs an operator. There is: is, "
            "is not, one of, contains, does not contain, starts with, is empty, is not "
            "empty."
        ],
    ),
    (
        "no value",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: tag, op: has}]}",
        ["11: connections.rules.if.value: A value is missing."],
    ),
    (
        "a value too many",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: exists, value: X}]}",
        ["11: connections.rules.if.value: A condition of kind 'exists' takes no value."],
    ),
    (
        "no field",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: field, op: is, value: X}]}",
        [f"11: connections.rules.if.field: A field has to be named. There is: {IN_CRM}."],
    ),
    (
        "a field too many",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: tag, field: company, op: has, value: X}]}"
        ),
        ["11: connections.rules.if.field: A condition of kind 'tag' names no field."],
    ),
    (
        "no number",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: 'custom:Shoes', op: less "
            "than, value: big}]}"
        ),
        ["11: connections.rules.if.value: 'big' is not a number such as 12 or -3.5."],
    ),
    (
        "no date",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: 'custom:Since', op: before,"
            " value: 23/11/2026}]}"
        ),
        ["11: connections.rules.if.value: '23/11/2026' is not a date such as 2026-11-23."],
    ),
    (
        "no number of days",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: 'custom:Since', op: within "
            "days, value: week}]}"
        ),
        ["11: connections.rules.if.value: 'week' is not a whole number of days from 0 to 36,525."],
    ),
    (
        "no truth",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: 'custom:Active', op: is, "
            "value: perhaps}]}"
        ),
        ["11: connections.rules.if.value: Active is true or false, not 'perhaps'."],
    ),
    (
        "no option",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: 'custom:Size', op: one of, "
            "value: [S, M]}]}"
        ),
        ["11: connections.rules.if.value: 'M' is no option of Size. There is: S, L."],
    ),
    (
        "an unknown status",
        "news",
        (
            "    new_status: pending\n"
            "    rules:\n"
            "      - {name: R, from: b, if: [{kind: status, op: in, value: gone}]}"
        ),
        [
            "12: connections.rules.if.value: There is no status 'gone'. There is: "
            "subscribed, unsubscribed, pending, cleaned."
        ],
    ),
    (
        "an action that there is not",
        "book",
        "    rules:\n      - {name: R, from: a, then: [{kind: send mail, value: X}]}",
        [
            "11: connections.rules.then.kind: There is no action 'send mail'. There is: add"
            " label, remove label, add category, remove category, set field."
        ],
    ),
    (
        "an action that the app cannot do",
        "book",
        "    rules:\n      - {name: R, from: a, then: [{kind: add tag, value: X}]}",
        [
            "11: connections.rules.then.kind: There is no action 'add tag' in this app. "
            "There is: add label, remove label, add category, remove category, set field."
        ],
    ),
    (
        "an action without a value",
        "book",
        "    rules:\n      - {name: R, from: a, then: [{kind: add label}]}",
        ["11: connections.rules.then.value: A value is missing."],
    ),
    (
        "an action with a field too many",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, then: [{kind: add label, value: X, field: company}]}"
        ),
        ["11: connections.rules.then.field: 'add label' names no field."],
    ),
    (
        "setting what can only be read",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, then: [{kind: set field, field: 'custom:Score', "
            "value: '1'}]}"
        ),
        [
            "11: connections.rules.then.field: Score cannot be set: it can only be read. "
            f"There is: {TO_SET}."
        ],
    ),
    (
        "setting a list",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, then: [{kind: set field, field: emails, value: "
            "a@b.example}]}"
        ),
        [
            "11: connections.rules.then.field: E-mail addresses cannot be set: it holds a "
            f"list. There is: {TO_SET}."
        ],
    ),
    (
        "setting no option",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, then: [{kind: set field, field: 'custom:Size', value:"
            " M}]}"
        ),
        ["11: connections.rules.then.value: 'M' is no option of Size. There is: S, L."],
    ),
    (
        "setting no field",
        "book",
        "    rules:\n      - {name: R, from: b, then: [{kind: set field, value: M}]}",
        [f"11: connections.rules.then.field: A field has to be named. There is: {TO_SET}."],
    ),
    (
        "setting what a line writes",
        "news",
        (
            "    new_status: pending\n"
            "    rules:\n"
            "      - name: R\n"
            "        from: a\n"
            "        then:\n"
            "          - {kind: set field, field: 'custom:Segment', value: Client}\n"
            "    mappings:\n"
            "      - {a: 'custom:Segment', b: 'custom:Segment'}"
        ),
        [
            "15: connections.rules.then.field: custom:Segment of b is written by the "
            "mapping line custom:Segment <-> custom:Segment already. Switch the line off, "
            "or leave this action out."
        ],
    ),
    (
        "setting what the default mapping writes",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, then: [{kind: set field, field: company, value: X}]}"
        ),
        [
            "11: connections.rules.then.field: company of b is written by the mapping line "
            "company <-> company already. Switch the line off, or leave this action out."
        ],
    ),
    (
        "adding and removing",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, then: [{kind: add label, value: X}, {kind: remove "
            "label, value: x}]}"
        ),
        [
            "11: connections.rules.then.value: This rule adds and removes the label X. "
            "Leave one out."
        ],
    ),
    (
        "setting twice",
        "news",
        (
            "    new_status: pending\n"
            "    rules:\n"
            "      - {name: R, from: a, then: [{kind: set field, field: 'custom:Level', "
            "value: X}, {kind: set field, field: 'custom:Level', value: Y}]}"
        ),
        ["12: connections.rules.then.field: This rule sets custom:Level twice. Leave one out."],
    ),
    (
        "both ways without a condition",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, then: [{kind: add label, value: X}], both_ways: true}"
        ),
        [f"11: connections.rules.both_ways: {BOTH_WAYS}"],
    ),
    (
        "both ways with a negated condition",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: tag, op: has not, value: X}], then: "
            "[{kind: add label, value: X}], both_ways: true}"
        ),
        [f"11: connections.rules.both_ways: {BOTH_WAYS}"],
    ),
    (
        "both ways with two actions",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: bucket, op: in, value: X}], then: [{kind:"
            " add label, value: X}, {kind: add category, value: X}], both_ways: true}"
        ),
        [f"11: connections.rules.both_ways: {BOTH_WAYS}"],
    ),
    (
        "both ways with a removal",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: tag, op: has, value: X}], then: [{kind: "
            "remove label, value: X}], both_ways: true}"
        ),
        [f"11: connections.rules.both_ways: {BOTH_WAYS}"],
    ),
    (
        "directions that are no list",
        "book",
        "    sync_deletions: b-to-a",
        ["10: connections.sync_deletions: This must be a list of a-to-b and b-to-a; [] is off."],
    ),
    (
        "an unknown direction of deletions",
        "book",
        "    sync_deletions: [two-way]",
        ["10: connections.sync_deletions: This must be a list of a-to-b and b-to-a; [] is off."],
    ),
    (
        "deletions that nobody tells",
        "plain",
        "    sync_deletions: [b-to-a]",
        [
            "10: connections.sync_deletions: b-to-a is not possible: plain · Contacts does "
            "not tell which contacts were deleted."
        ],
    ),
    (
        "deletions that nobody can carry",
        "plain",
        "    sync_deletions: [a-to-b]",
        [
            "10: connections.sync_deletions: a-to-b is not possible: plain · Contacts has "
            "no tag, label, category, group or bucket to mark a contact with."
        ],
    ),
    (
        "unsubscribes where there is no consent",
        "book",
        "    sync_unsubscribes: [b-to-a, a-to-b]",
        [
            "10: connections.sync_unsubscribes: a-to-b is not possible: crm · Contacts does"
            " not know who unsubscribed.",
            "10: connections.sync_unsubscribes: b-to-a is not possible: book · Contacts "
            "does not know who unsubscribed.",
        ],
    ),
    (
        "unsubscribes that nobody can carry",
        "newsplain",
        "    sync_unsubscribes: [a-to-b]\n    sync_deletions: [b-to-a]\n    direction: b-to-a",
        [
            "7: connections.new_status: Contacts will be made in news · Contacts, an app "
            f"with consent: {SAY_STATUS}",
            "10: connections.sync_unsubscribes: a-to-b is not possible: plain · Contacts "
            "has no tag, label, category, group or bucket to mark a contact with.",
            "11: connections.sync_deletions: b-to-a is not possible: plain · Contacts does "
            "not tell which contacts were deleted.",
        ],
    ),
    (
        "an unknown status of new contacts",
        "news",
        "    new_status: cleaned",
        ["10: connections.new_status: 'cleaned' is none of subscribed, pending, unsubscribed."],
    ),
    (
        "a status where no app asks for it",
        "book",
        "    new_status: subscribed",
        [
            "10: connections.new_status: Neither app asks for consent, so there is no "
            "status to give. Leave it out."
        ],
    ),
    (
        "no status where the sync creates",
        "news",
        "    state: active",
        [
            "7: connections.new_status: Contacts will be made in news · Contacts, an app "
            f"with consent: {SAY_STATUS}"
        ],
    ),
    (
        "no status where one rule creates",
        "news",
        (
            "    new_status: null\n"
            "    rules:\n"
            "      - {name: Known, from: a, if: [{kind: exists}]}\n"
            "      - {name: Others, from: a, if: [{kind: exists, op: not}]}"
        ),
        [
            "10: connections.new_status: Contacts will be made in news · Contacts, an app "
            f"with consent: {SAY_STATUS}"
        ],
    ),
    (
        "several at once",
        "news",
        (
            "    sync_deletions: [up]\n"
            "    new_status: x\n"
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: flag}], then: [{kind: x}, {kind: y}]}\n"
            "      - {name: S, from: a, both_ways: true}"
        ),
        [
            "10: connections.sync_deletions: This must be a list of a-to-b and b-to-a; [] is off.",
            "11: connections.new_status: 'x' is none of subscribed, pending, unsubscribed.",
            "13: connections.rules.if.kind: There is no condition 'flag'. There is: tag, "
            "bucket, field, exists, deleted.",
            "13: connections.rules.then.kind: There is no action 'x'. There is: add tag, "
            "remove tag, add to group, remove from group, set field.",
            "13: connections.rules.then.kind: There is no action 'y'. There is: add tag, "
            "remove tag, add to group, remove from group, set field.",
            f"14: connections.rules.both_ways: {BOTH_WAYS}",
        ],
    ),
    (
        "a blank value",
        "book",
        "    rules:\n      - {name: R, from: a, if: [{kind: TAG, op: Has, value: '  '}]}",
        ["11: connections.rules.if.value: A value is missing."],
    ),
    (
        "setting no date",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, then: [{kind: set field, field: 'custom:Since', "
            "value: soon}]}"
        ),
        ["11: connections.rules.then.value: 'soon' is not a date such as 2026-11-23."],
    ),
    (
        "a moment without its offset",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, then: [{kind: set field, field: 'custom:Seen', value:"
            " '2026-11-23T10:00:00'}]}"
        ),
        [
            "11: connections.rules.then.value: '2026-11-23T10:00:00' is not a date and time"
            " such as 2026-11-23T16:13:00+00:00."
        ],
    ),
    (
        "setting a multiple choice",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, then: [{kind: set field, field: 'custom:Hobbies', "
            "value: Go}]}"
        ),
        [
            "11: connections.rules.then.field: Hobbies cannot be set: it holds a list. "
            f"There is: {TO_SET}."
        ],
    ),
    (
        "an empty list",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: company, op: one of, value:"
            " []}]}"
        ),
        ["11: connections.rules.if.value: The list is empty."],
    ),
    (
        "a list for one value",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: company, op: is, value: [X,"
            " Y]}]}"
        ),
        ["11: connections.rules.if.value: One value is expected here, not a list."],
    ),
    (
        "a list within a list",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: a, if: [{kind: field, field: company, op: one of, value:"
            " [X, [Y]]}]}"
        ),
        ["11: connections.rules.if.value: This must be text, not a list."],
    ),
    (
        "a field that there is not",
        "book",
        (
            "    rules:\n"
            "      - {name: R, from: b, if: [{kind: field, field: emial, op: is, value: X}]}"
        ),
        [
            "11: connections.rules.if.field: There is no field 'emial' in this app. There "
            f"is: {IN_BOOK}."
        ],
    ),
]


def file_of(sides: str, text: str) -> str:
    accounts = "".join(
        f"  - {{name: {name}, app: memory, credentials: {{name: {name}}}}}\n"
        for name in ("crm", "news", "book", "plain")
    )
    a, b = SIDES[sides]
    pair = f"  - name: pair\n    a: {{account: {a}}}\n    b: {{account: {b}}}\n"
    return f"accounts:\n{accounts}connections:\n{pair}{text}\n"


@pytest.mark.parametrize(
    ("sides", "text", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_broken_rules_are_told_and_nothing_loaded(
    varied: dict[str, MemoryApp], tmp_path: Path, sides: str, text: str, said: list[str]
) -> None:
    path = tmp_path / "accord.yaml"
    path.write_text(file_of(sides, text))
    assert said_about(path) == said
    assert stored() == [0, 0, 0, 0]
