"""Cards ↔ contacts: what is read, what a write changes, and that it changes nothing else."""

from __future__ import annotations

import re

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from connectors.carddav.lines import split_lines
from connectors.carddav.text import unescape
from connectors.carddav.translate import new_card, read_card, write_card
from connectors.contact import Address, Entry, Segment
from connectors.errors import Refused
from tests.connectors.conformance import ANN


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> bytes:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def lines_of(raw: bytes) -> list[str]:
    return re.sub(r"\r?\n[ \t]", "", raw.decode()).splitlines()


# --- Reading ------------------------------------------------------------------------------

READ = [
    ("N:Smith;Ann;Mary,Jane;Dr.;Jr.,MD", {"last_name": "Smith", "first_name": "Ann",
     "middle_name": "Mary Jane", "name_prefix": "Dr.", "name_suffix": "Jr., MD"}),
    ("N:Smith\\; Sons;A\\\\B;;;", {"last_name": "Smith; Sons", "first_name": "A\\B"}),
    ("N:Smith", {"last_name": "Smith"}),
    ("FN:Ann", {"full_name": "Ann"}),
    ("NICKNAME:Jo,Jonny", {"nickname": "Jo, Jonny"}),
    ("EMAIL;TYPE=INTERNET,HOME:a@x", {"emails": (Entry("a@x", "home"),)}),
    ("EMAIL;HOME;PREF:a@x", {"emails": (Entry("a@x", "home", True),)}),
    ("EMAIL;PREF=1:a@x", {"emails": (Entry("a@x", "", True),)}),
    ("email;type=x-Garden:a@x", {"emails": (Entry("a@x", "garden"),)}),
    ("EMAIL:", {}),
    ("TEL;TYPE=CELL,VOICE,WORK:1", {"phones": (Entry("1", "mobile"),)}),
    ("TEL;TYPE=FAX;TYPE=WORK:1", {"phones": (Entry("1", "work fax"),)}),
    ("TEL;TYPE=fax:1", {"phones": (Entry("1", "fax"),)}),
    ("TEL;TYPE=voice:1", {"phones": (Entry("1"),)}),
    ('TEL;VALUE=uri;TYPE="home,voice":tel:+1-555-1;ext=102',
     {"phones": (Entry("+1-555-1 ext. 102", "home"),)}),
    ("TEL;VALUE=uri:tel:+1%2055", {"phones": (Entry("+1 55"),)}),
    ("ADR:PO 1;Floor 2;Main\\, 5\\nBack;Ghent;EV;9000;BE",
     {"addresses": (Entry(Address("Main, 5\nBack", "Floor 2", "PO 1", "Ghent", "EV", "9000",
                                  "BE")),)}),
    ("ADR;TYPE=work:;;Main 5,Gate;;;;", {"addresses": (Entry(Address("Main 5, Gate"), "work"),)}),
    ("ADR:;;;;;;", {}),
    ("URL;TYPE=WORK:http\\://x/a\\,b", {"urls": (Entry("http://x/a,b", "work"),)}),
    ("ORG:ACME", {"company": "ACME"}),
    ("ORG:ACME;Sales;North", {"company": "ACME", "department": "Sales; North"}),
    ("ORG:;Sales;", {"department": "Sales"}),
    ("TITLE:Boss\\, all", {"job_title": "Boss, all"}),
    ("BDAY:1985-04-12", {"birthday": "1985-04-12"}),
    ("BDAY:19850412", {"birthday": "1985-04-12"}),
    ("BDAY:--0412", {"birthday": "--04-12"}),
    ("BDAY:--04-12", {"birthday": "--04-12"}),
    ("BDAY;VALUE=date-time:1985-04-12T00:00:00Z", {"birthday": "1985-04-12"}),
    ("BDAY:19850412T101010Z", {"birthday": "1985-04-12"}),
    ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", {"birthday": "--02-29"}),
    ("BDAY;VALUE=text:circa 1800", {}),
    ("BDAY:19850230", {}),
    ("BDAY:1985-04", {}),
    ("NOTE:a\\nb\\Nc", {"notes": "a\nb\nc"}),
    ("NOTE:C:\\Temp \\, x", {"notes": "C:\\Temp , x"}),
    ("item1.NOTE:a", {"notes": "a"}),
    ("X-FOO:bar", {}),
    ("no content line", {}),
]  # fmt: skip


@pytest.mark.parametrize("version", ["3.0", "4.0"])
@pytest.mark.parametrize(("line", "fields"), READ, ids=[line for line, _ in READ])
def test_a_line_is_read(line, fields, version):
    assert read_card(card(line, version=version)).fields == fields


def test_several_lines_of_a_field_are_read_together():
    contact = read_card(card("NOTE:a", "NOTE:b\\nc", "NICKNAME:Jo", "NICKNAME:Jon,Jonny"))
    assert contact.fields == {"notes": "a\n\nb\nc", "nickname": "Jo, Jon, Jonny"}


def test_strongest_preference_is_primary():
    contact = read_card(card("EMAIL;PREF=3:a@x", "EMAIL;PREF=1:b@x", "EMAIL;PREF=1:c@x"))
    assert [entry.primary for entry in contact.get("emails")] == [False, True, False]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("_$!<Home>!$_", "home"),
        ("_$!<HomePage>!$_", "homepage"),
        ("Assistant\\, second", "assistant, second"),
    ],
)
def test_label_of_a_person_counts_more_than_types(written, label):
    contact = read_card(card("item1.TEL;TYPE=CELL:1", f"item1.X-ABLABEL:{written}", "TEL:2"))
    assert contact.get("phones") == (Entry("1", label), Entry("2"))


@pytest.mark.parametrize(
    ("fn", "n", "says"),
    [
        ("Ann Smith", "Smith;Ann;;;", ""),
        ("Ann  Smith", "Smith;Ann;;;", ""),
        ("Dr. Ann M. Smith", "Smith;Ann;M.;Dr.;", ""),
        ("Annie Smith", "Smith;Ann;;;", "Annie Smith"),
        ("Smith Ann", "Smith;Ann;;;", "Smith Ann"),
        ("", "Smith;Ann;;;", ""),
        ("Ann", ";;;;", "Ann"),
        ("ACME", ";;;;", ""),
        ("a@x", ";;;;", ""),
        ("123", ";;;;", ""),
    ],
)
def test_full_name_is_there_only_when_it_says_more(fn, n, says):
    contact = read_card(card(f"FN:{fn}", f"N:{n}", "ORG:ACME", "EMAIL:a@x", "TEL:123"))
    assert contact.text("full_name") == says


def test_categories_are_segments():
    contact = read_card(card("CATEGORIES:a,b\\,c", "CATEGORIES: d ,"))
    assert contact.segments == {Segment("category", name) for name in ("a", "b,c", "d")}


def test_version_2_1_is_understood():
    raw = card(
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;;",
        "TEL;HOME;VOICE:1",
        "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo=\r\n three",
        "PHOTO;ENCODING=BASE64;JPEG:",
        " QUJD",
        "",
        version="2.1",
    )
    assert read_card(raw).fields == {
        "last_name": "Müller",
        "first_name": "Jörg",
        "phones": (Entry("1", "home"),),
        "notes": "one\ntwo three",
    }
    assert write_card(raw, {}) == raw
    changed = write_card(raw, {"last_name": "Ås", "notes": "é\n" + "x" * 90})
    assert read_card(changed).fields["last_name"] == "Ås"
    assert read_card(changed).fields["notes"] == "é\n" + "x" * 90
    assert all(len(line) <= 130 for line in changed.splitlines())


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\r\n\r\n"])
@pytest.mark.parametrize("after", ["", "\r\n\r\n", "BEGIN:VCARD\r\nFN:Other\r\nEND:VCARD"])
def test_what_surrounds_the_card_stays(before, after, end):
    raw = before.encode() + card("N:Smith;Ann;;;", end=end) + after.encode()
    changed = write_card(raw, {"first_name": "Eve", "notes": "x"})
    assert read_card(changed).fields["first_name"] == "Eve"
    assert changed.startswith(before.encode() + b"BEGIN:VCARD")
    assert changed.endswith(f"END:VCARD{end}{after}".encode())
    assert f"{end}NOTE:x{end}".encode() in changed


def test_card_inside_a_card_is_left_alone():
    raw = card("AGENT:", "BEGIN:VCARD", "TITLE:Agent", "END:VCARD", "FN:Ann", version="2.1")
    assert read_card(raw).fields == {"full_name": "Ann"}
    assert b"TITLE:Agent" in write_card(raw, {"job_title": ""})


@pytest.mark.parametrize(
    "raw", [b"", b"nonsense", b"<html></html>", b"BEGIN:VCARD\r\nFN:x", b"\xff\x00", b"END:VCARD"]
)
def test_what_is_no_card_is_refused_with_a_remedy(raw):
    with pytest.raises(Refused, match="damaged.*Open the contact"):
        read_card(raw)


# --- Writing ------------------------------------------------------------------------------

WHOLE = card(
    "PRODID:-//Other//Client//EN",
    "uid:abc",
    "N:Smith;Ann;Mary,Jane;Dr.;",
    "FN:Dr. Ann Mary Jane Smith",
    "item2.EMAIL;TYPE=INTERNET;type=pref;X-A=\"b;c\":ann@work.example",
    "item2.X-ABLabel:_$!<Work>!$_",
    "EMAIL;TYPE=HOME:ann@home.example",
    "TEL;VALUE=uri;TYPE=home:tel:+32-9-1",
    "item3.ADR;TYPE=HOME;LABEL=Old:;;Main\\, 5,Gate;Ghent;;9000;BE",
    "item3.X-ABADR:be",
    "ORG:ACME\\, Inc;Sales,x",
    "TITLE:Boss",
    "BDAY;VALUE=date:19850412",
    "NOTE;LANGUAGE=en:one",
    "NOTE:two",
    "CATEGORIES:Friends,b\\,c",
    "categories:x",
    "PHOTO;ENCODING=b;TYPE=JPEG:QUJD",
    " QUJD  ",
    "X-CUSTOM;p=1:a,b;c",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "was", "now"),
    [
        ({"last_name": "Jones"}, ["N:Smith;Ann;Mary,Jane;Dr.;", "FN:Dr. Ann Mary Jane Smith"],
         ["N:Jones;Ann;Mary,Jane;Dr.;", "FN:Dr. Ann Mary Jane Jones"]),
        ({"full_name": "Annie"}, ["FN:Dr. Ann Mary Jane Smith"], ["FN:Annie"]),
        ({"department": ""}, ["ORG:ACME\\, Inc;Sales,x"], ["ORG:ACME\\, Inc"]),
        ({"company": "B;C"}, ["ORG:ACME\\, Inc;Sales,x"], ["ORG:B\\;C;Sales,x"]),
        ({"company": "", "department": ""}, ["ORG:ACME\\, Inc;Sales,x"], []),
        ({"job_title": ""}, ["TITLE:Boss"], []),
        ({"birthday": "1990-01-02"}, ["BDAY;VALUE=date:19850412"], ["BDAY:19900102"]),
        ({"birthday": "--01-02"}, ["BDAY;VALUE=date:19850412"],
         ["BDAY;X-APPLE-OMIT-YEAR=1604:1604-01-02"]),
        ({"notes": "three\nx"}, ["NOTE;LANGUAGE=en:one", "NOTE:two"],
         ["NOTE;LANGUAGE=en:three\\nx"]),
        ({"nickname": "Jo"}, [], ["NICKNAME:Jo"]),
        ({"phones": (Entry("+32-9-2 ext. 3", "home"),)}, ["TEL;VALUE=uri;TYPE=home:tel:+32-9-1"],
         ["TEL;VALUE=uri;TYPE=home:tel:+32-9-2;ext=3"]),
        ({"phones": (Entry("+32 9 2", "home"),)}, ["TEL;VALUE=uri;TYPE=home:tel:+32-9-1"],
         ["TEL;TYPE=home:+32 9 2"]),
        ({"phones": (Entry("call me", "home"),)}, ["TEL;VALUE=uri;TYPE=home:tel:+32-9-1"],
         ["TEL;TYPE=home:call me"]),
        ({"phones": (Entry("+32-9-1", "mobile"),)}, ["TEL;VALUE=uri;TYPE=home:tel:+32-9-1"],
         ["TEL;VALUE=uri;TYPE=CELL:tel:+32-9-1"]),
        ({"addresses": (Entry(Address("Main, 5, Gate", city="Aalst", postcode="9000",
                                      country="BE"), "home"),)},
         ["item3.ADR;TYPE=HOME;LABEL=Old:;;Main\\, 5,Gate;Ghent;;9000;BE"],
         ["item3.ADR;TYPE=HOME:;;Main\\, 5,Gate;Aalst;;9000;BE"]),
        ({"addresses": ()},
         ["item3.ADR;TYPE=HOME;LABEL=Old:;;Main\\, 5,Gate;Ghent;;9000;BE", "item3.X-ABADR:be"],
         []),
        ({"emails": (Entry("ann@home.example", "home"),)},
         ["item2.EMAIL;TYPE=INTERNET;type=pref;X-A=\"b;c\":ann@work.example",
          "item2.X-ABLabel:_$!<Work>!$_"], []),
        ({"emails": (Entry("new@work.example", "work", True),
                     Entry("ann@home.example", "home"))},
         ["item2.EMAIL;TYPE=INTERNET;type=pref;X-A=\"b;c\":ann@work.example"],
         ["item2.EMAIL;TYPE=INTERNET;type=pref;X-A=\"b;c\":new@work.example"]),
        ({"emails": (Entry("ann@work.example", "work"), Entry("ann@home.example", "home", True),
                     Entry("c@x", "holiday home"))},
         ["item2.EMAIL;TYPE=INTERNET;type=pref;X-A=\"b;c\":ann@work.example",
          "EMAIL;TYPE=HOME:ann@home.example"],
         ["item2.EMAIL;TYPE=INTERNET;X-A=\"b;c\":ann@work.example",
          "EMAIL;TYPE=HOME;TYPE=PREF:ann@home.example", "item4.EMAIL:c@x",
          "item4.X-ABLabel:holiday home"]),
        ({"emails": (Entry("ann@work.example", "garden, shed", True),
                     Entry("ann@home.example", "other"))},
         ["item2.X-ABLabel:_$!<Work>!$_", "EMAIL;TYPE=HOME:ann@home.example"],
         ["item2.X-ABLabel:garden\\, shed", "item4.EMAIL:ann@home.example",
          "item4.X-ABLabel:_$!<Other>!$_"]),
        ({"urls": (Entry("http://x/a,b;c", "home"),)}, [], ["URL;TYPE=HOME:http://x/a\\,b\\;c"]),
    ],
)  # fmt: skip
def test_write_changes_these_lines_and_no_other(changes, was, now):
    before, after = lines_of(WHOLE), lines_of(write_card(WHOLE, changes))
    assert sorted(after) == sorted([*(line for line in before if line not in was), *now])
    assert [line for line in after if line in before] == [line for line in before if line in after]
    fields = read_card(WHOLE).with_fields(changes).fields
    shown = dict(read_card(write_card(WHOLE, changes)).fields)
    assert shown == fields


def test_untouched_fold_and_blanks_stay_as_they_are():
    changed = write_card(WHOLE, {"job_title": "Chief"})
    assert changed == WHOLE.replace(b"TITLE:Boss", b"TITLE:Chief")


def test_categories_are_added_and_removed():
    def named(*names: str) -> set[Segment]:
        return {Segment("category", name) for name in names}

    other = {Segment("tag", "x")}
    changed = write_card(WHOLE, {}, named("new, one", "FRIENDS") | other, named("X", "b,c") | other)
    expected = WHOLE.replace(b"Friends,b\\,c", b"Friends,new\\, one").replace(
        b"categories:x\r\n", b""
    )
    assert changed == expected


def test_categories_are_the_same_in_another_case_and_with_other_blanks():
    def named(*names: str) -> set[Segment]:
        return {Segment("category", name) for name in names}

    raw = card("CATEGORIES:VIP  one,Fünf")
    assert write_card(raw, {}, named("vip one", "FÜNF")) == raw
    assert write_card(raw, {}, (), named("vip ONE")) == card("CATEGORIES:Fünf")
    twice = read_card(write_card(card(), {}, named("New", "NEW"))).segments
    assert len(twice) == 1


def test_explicit_full_name_stays_when_parts_change():
    raw = card("N:Smith;Ann;;;", "FN:Annie Smith")
    assert read_card(write_card(raw, {"last_name": "Jones"})).fields == {
        "first_name": "Ann",
        "last_name": "Jones",
        "full_name": "Annie Smith",
    }
    assert b"FN:Ann Smith\r\n" in write_card(raw, {"full_name": ""})


def test_stand_in_for_a_name_follows_what_it_copies():
    raw = card("N:;;;;", "FN:ACME", "ORG:ACME", "EMAIL:a@x")
    assert b"FN:a@x\r\n" in write_card(raw, {"company": ""})
    assert b"FN:Jones\r\n" in write_card(raw, {"last_name": "Jones"})
    assert b"FN:ACME\r\n" in write_card(raw, {"notes": "x"})


def test_orphaned_label_goes_with_its_line():
    raw = card("item1.URL:http://x", "item1.X-ABLabel:Shop", "item1.X-OTHER:kept")
    assert b"item1.X-ABLabel" in write_card(raw, {"urls": ()})
    raw = card("item1.URL:http://x", "item1.X-ABLabel:Shop")
    assert write_card(raw, {"urls": ()}) == card()


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_new_card_shows_what_it_was_made_of(version):
    segments = frozenset({Segment("category", "a, b"), Segment("category", "c")})
    fields = {
        **ANN,
        "urls": (Entry("http://x/a,b", "shop"),),
        "department": "A; B",
        "nickname": "J",
    }
    raw = new_card("the-uid", fields, segments, version)
    contact = read_card(raw)
    assert (contact.fields, contact.segments) == (fields, segments)
    assert lines_of(raw)[:3] == ["BEGIN:VCARD", f"VERSION:{version}", lines_of(raw)[2]]
    assert "UID:the-uid" in lines_of(raw)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"first_name": "Ann", "company": "ACME"}, "Ann"),
        ({"full_name": "Annie", "first_name": "Ann"}, "Annie"),
        ({"company": "ACME", "emails": (Entry("a@x"),)}, "ACME"),
        ({"emails": (Entry("a@x"), Entry("b@x", "", True))}, "b@x"),
        ({"phones": (Entry("123"),)}, "123"),
        ({}, ""),
    ],
)
def test_new_card_has_a_full_name_whatever_there_is(fields, name):
    raw = new_card("u", fields)
    assert f"FN:{name}" in lines_of(raw)
    assert read_card(raw).fields == fields


def test_independent_reader_sees_what_we_write():
    seen = vobject.readOne(new_card("the-uid", ANN, {Segment("category", "a, b")}).decode())
    assert (seen.uid.value, seen.fn.value, seen.n.value.family) == ("the-uid", "Ann Smith", "Smith")
    assert [item.value for item in seen.email_list] == ["ann@work.example", "ann@home.example"]
    assert seen.email_list[0].params["TYPE"] == ["WORK", "PREF"]
    assert (seen.adr.value.street, seen.adr.value.city) == ("Korenmarkt 1", "Ghent")
    assert seen.org.value == ["Smith, Sons & Co; Ltd"]
    assert seen.note.value == "First line\nsecond line"
    assert seen.categories.value == ["a, b"]
    assert seen.bday.value == "1985-04-12"


# --- Whatever comes -----------------------------------------------------------------------

CHARS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"))
WORD = st.text(CHARS, min_size=1, max_size=12)
TEXT = st.lists(WORD, min_size=1, max_size=12).map(" ".join)
MAYBE = st.one_of(st.just(""), TEXT)
LABEL = st.sampled_from(["", "home", "work", "other", "mobile", "assistant, second", "a;b:c"])
ADDRESS = st.builds(Address, *[MAYBE] * 7).filter(bool)


def entries_of(values):
    return st.lists(st.builds(Entry, values, LABEL), max_size=4).map(tuple)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("first_name", "last_name", "name_suffix", "nickname"), MAYBE),
        **dict.fromkeys(("company", "job_title", "notes", "full_name"), MAYBE),
        "emails": entries_of(TEXT),
        "phones": entries_of(st.one_of(TEXT.filter(lambda text: text[:4].lower() != "tel:"),
                                       st.from_regex(r"\+[1-9][0-9]{5,12}", fullmatch=True))),
        "addresses": entries_of(ADDRESS),
        "urls": entries_of(TEXT),
        "birthday": st.sampled_from(["", "1985-04-12", "--02-29"]),
    },
)  # fmt: skip
FOREIGN = st.lists(
    st.sampled_from(
        ["X-A:b,c;d", 'item9.X-B;P="a;b":x', "PHOTO:" + "QUJD" * 40, "REV:1", "  folded more "]
    ),
    max_size=4,
)


def unordered(fields):
    """Lists keep the order that they have in the card."""
    return {
        name: sorted(map(repr, value)) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if name != "full_name"
    }


def full_name_of(raw: bytes) -> str:
    return next(unescape(line.value) for line in split_lines(raw) if line.name == "FN")


@given(FIELDS, FIELDS, FOREIGN, st.sampled_from(["3.0", "4.0"]))
def test_any_change_is_shown_and_every_foreign_line_stays(fields, changes, foreign, version):
    made = new_card("u", fields, version=version)
    raw = made.replace(b"END:", "".join(line + "\r\n" for line in foreign).encode() + b"END:")
    assert write_card(raw, {}) == raw
    before = read_card(raw)
    changed = write_card(raw, changes)
    assert unordered(read_card(changed).fields) == unordered(before.with_fields(changes).fields)
    if wanted := changes.get("full_name", before.get("full_name")):
        assert full_name_of(changed).strip() == wanted
    kept = [line for line in lines_of(raw) if line.startswith(("X-", "item9.X-B", "PHOTO", "REV"))]
    assert [line for line in lines_of(changed) if line in kept] == kept
