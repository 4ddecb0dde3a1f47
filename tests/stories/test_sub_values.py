"""Semantics §6: typed sub-values (*Phones · Mobile*) and parts of addresses (*Address · City*)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.carddav.translate import read_card
from connectors.contact import Address, Entry
from connectors.fields import Field, FieldType
from rules.configuration.problems import ConfigurationError
from tests.connectors.carddav.servers import RadicaleServer
from tests.stories.bench import TAGS, Bench, Quirks, person
from tests.stories.book import AddressBook
from tests.stories.installation import InThisProcess, account

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

MOBILE = Field("custom:Mobile", "Mobile", FieldType.PHONE)
HOME = Field("custom:Home", "Home", FieldType.PHONE)
MAIL = Field("custom:Mail", "Mail", FieldType.EMAIL)
CITY, STREET = Field("custom:City", "City"), Field("custom:Street", "Street")
PLACE = Field("custom:Place", "Place", FieldType.ADDRESS)
FLAT = Quirks(custom=(MOBILE, HOME, MAIL, CITY, STREET, PLACE))
WORK, CELL = Entry("+3221111111", "work"), Entry("+3224444444", "mobile")
TO_MOBILE = {"a": "phones.mobile", "arrow": "<->", "b": "custom:Mobile"}
TO_MAIL = {"a": "emails.home", "arrow": "<->", "b": "custom:Mail"}
NO_ADDRESSES = {"a": "addresses", "arrow": "<->", "b": "addresses", "on": False}
TO_CITY = {"a": "addresses.city", "arrow": "<->", "b": "custom:City"}
TO_STREET = {"a": "addresses.street", "arrow": "<->", "b": "custom:Street"}


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=FLAT).placed() as placed:
        yield placed


def test_a_sub_value_flows_both_ways_and_the_list_leaves_it_alone(bench: Bench) -> None:
    bench.load(mappings=[TO_MOBILE])
    bench.a.add(person("Ann", "ann@x.org", phones=(WORK, CELL)))
    bench.sync()
    assert bench.text("b", "Ann", "custom:Mobile") == CELL.value
    assert bench.contact("b", "Ann").get("phones") == (WORK,)
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__Mobile="+3225555555")
    bench.sync()
    assert bench.contact("a", "Ann").get("phones") == (WORK, Entry("+3225555555", "mobile"))
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__Mobile="")
    bench.sync()
    assert bench.contact("a", "Ann").get("phones") == (WORK,)
    bench.edit("b", "Ann", custom__Mobile="+3226666666", phones="")
    bench.sync()
    assert bench.contact("a", "Ann").get("phones") == (Entry("+3226666666", "mobile"),)
    bench.assert_quiet()


def test_a_sub_value_goes_to_a_sub_value_of_another_label(bench: Bench) -> None:
    line = {"a": "phones.mobile", "arrow": "<->", "b": "phones.cell"}
    bench.load(mappings=[line])
    bench.a.add(person("Ann", "ann@x.org", phones=(WORK, CELL)))
    bench.sync()
    assert bench.contact("b", "Ann").get("phones") == (WORK, Entry(CELL.value, "cell"))
    bench.edit("b", "Ann", phones=(WORK, Entry("+3225555555", "cell")))
    bench.sync()
    assert bench.contact("a", "Ann").get("phones") == (WORK, Entry("+3225555555", "mobile"))
    bench.assert_quiet()


def test_lines_that_share_a_list_are_quiet_after_one_run(bench: Bench) -> None:
    """What one line writes may be another's reason to write: all of it in the same run."""
    home = {"a": "phones.home", "arrow": "<->", "b": "custom:Home"}
    bench.load(mappings=[TO_MOBILE, home])
    number = "+3222222222"
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Ann", "ann@x.org", custom__Mobile=number, custom__Home=number))
    bench.sync()
    bench.assert_quiet()
    bench.edit("a", "Ann", phones=(Entry(number, "home"),))
    changed = {"custom__Mobile": "+3221111111", "custom__Home": ""}
    bench.edit("b", "Ann", phones=(Entry(number, "home"),), **changed)
    bench.sync()
    bench.assert_quiet()
    bench.load(winner="b")  # everybody is planned again: nothing was left to do
    bench.assert_quiet()


def test_a_sub_value_line_switched_on_takes_nothing_away(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", phones=(WORK, CELL)))
    bench.sync()
    bench.load(mappings=[TO_MOBILE])
    bench.sync()
    for side in "ab":
        assert bench.contact(side, "Ann").get("phones") == (WORK, CELL)
    assert bench.text("b", "Ann", "custom:Mobile") == CELL.value
    bench.assert_quiet()


def test_an_address_from_another_field_is_held_too_while_somebody_else_has_it(
    bench: Bench,
) -> None:
    """Whether the contact is there already or is to be made."""
    bench.load(mappings=[TO_MAIL])
    bench.a.add(person("Zoe", "zoe@x.org"))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.edit("b", "Ann", custom__Mail="zoe@x.org", notes="The rest flows")
    bench.b.add(person("Bob", "bob@x.org", custom__Mail="zoe@x.org"))
    bench.sync()
    assert bench.texts("a", "Ann", "emails") == ["ann@x.org"]
    assert bench.text("a", "Ann", "notes") == "The rest flows"
    assert bench.texts("a", "Bob", "emails") == ["bob@x.org"]
    assert [bench.record(name).cause for name in ("Ann", "Bob")] == ["held", "held"]
    bench.assert_quiet()
    bench.edit("a", "Zoe", emails=(Entry("other@x.org"),))
    bench.edit("b", "Bob", custom__Mail="")
    bench.sync()
    assert sorted(bench.texts("a", "Ann", "emails")) == ["ann@x.org", "zoe@x.org"]
    bench.assert_quiet()


def test_parts_of_an_address_flow_both_ways_and_the_rest_of_it_stays(bench: Bench) -> None:
    bench.load(mappings=[NO_ADDRESSES, TO_CITY, TO_STREET])
    home = Address(street="Main 1", city="Ghent", country="Belgium")
    work = Entry(Address(city="Rome"), "work")
    bench.a.add(person("Ann", "ann@x.org", addresses=(Entry(home, "home"), work)))
    bench.sync()
    there = bench.contact("b", "Ann")
    assert (there.text("custom:City"), there.text("custom:Street")) == ("Ghent", "Main 1")
    assert there.get("addresses") == ""
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__City="Paris", custom__Street="Rue 2")
    bench.sync()
    moved = Address(street="Rue 2", city="Paris", country="Belgium")
    assert bench.contact("a", "Ann").get("addresses") == (Entry(moved, "home"), work)
    bench.assert_quiet()


def test_parts_of_an_address_make_one_where_there_is_none(bench: Bench) -> None:
    bench.load(mappings=[NO_ADDRESSES, TO_CITY, TO_STREET])
    parts = {"custom__City": "Ghent", "custom__Street": "Main 1"}
    bench.b.add(person("Ann", "ann@x.org", **parts))
    bench.sync()
    made = (Entry(Address(street="Main 1", city="Ghent")),)
    assert bench.contact("a", "Ann").get("addresses") == made
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__City="", custom__Street="")
    bench.sync()
    assert bench.contact("a", "Ann").get("addresses") == ""
    bench.assert_quiet()


def test_one_address_of_a_label_goes_to_a_field_that_holds_one(bench: Bench) -> None:
    line = {"a": "addresses.home", "arrow": "<->", "b": "custom:Place"}
    bench.load(mappings=[line])
    home, work = Entry(Address(city="Ghent"), "home"), Entry(Address(city="Rome"), "work")
    bench.a.add(person("Ann", "ann@x.org", addresses=(work, home)))
    bench.sync()
    assert bench.text("b", "Ann", "custom:Place") == "Ghent"
    assert bench.contact("b", "Ann").get("addresses") == (work,)
    bench.b.edit(bench.id("b", "Ann"), {"custom:Place": (Entry(Address(city="Paris")),)})
    bench.sync()
    moved = Entry(Address(city="Paris"), "home")
    assert bench.contact("a", "Ann").get("addresses") == (work, moved)
    bench.assert_quiet()


def test_a_part_of_an_address_beside_its_list_is_refused(bench: Bench) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bench.load(mappings=[TO_CITY])
    [problem] = caught.value.problems
    assert problem.text.startswith("Addresses · City of a would be written by two lines")


# --- on a real address book ---


def test_sub_values_of_a_real_address_book(quick: InThisProcess, radicale: RadicaleServer) -> None:
    book = AddressBook(radicale)
    path = book.path("ann.vcf")
    book.put(
        path,
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ann\r\nN:Smith;Ann;;;\r\nFN:Ann Smith\r\n"
        "EMAIL:ann@x.org\r\nTEL;TYPE=WORK:+3221111111\r\nTEL;TYPE=CELL:+3224444444\r\n"
        "ADR;TYPE=HOME:;;Main 1;Ghent;;9000;Belgium\r\nX-MINE:kept\r\nEND:VCARD\r\n",
    )
    with Bench(a=TAGS, b=FLAT).placed() as bench:
        lines = (
            "{a: phones.mobile, b: 'custom:Mobile'}, {a: addresses.city, b: 'custom:City'}, "
            "{a: addresses, b: addresses, on: false}, {a: phones, b: phones, on: false}"
        )
        said = quick.load(
            "accounts:\n"
            + account("book", radicale.credentials(book.url), literal=True)
            + "  - {name: crm, app: memory, credentials: {name: b}}\n"
            "connections:\n  - {name: pair, a: {account: book}, b: {account: crm}, state: active, "
            f"mappings: [{lines}]}}\n"
        )
        assert said.status == 0, said.err
        assert quick.sync("pair")[0] == 0
        there = bench.contact("b", "Ann")
        assert there.text("custom:Mobile") == "+3224444444"
        assert there.text("custom:City") == "Ghent"
        bench.edit("b", "Ann", custom__Mobile="+3225555555", custom__City="Paris")
        assert quick.sync("pair")[0] == 0
        card = read_card(book.get(path))
        assert card.get("phones") == (WORK, Entry("+3225555555", "mobile"))
        home = Address(street="Main 1", city="Paris", postcode="9000", country="Belgium")
        assert card.get("addresses") == (Entry(home, "home"),)
        assert b"X-MINE:kept" in book.get(path)
        status, quiet = quick.sync("pair")
        assert (status, quiet["a"]["updated"], quiet["b"]["updated"]) == (0, 0, 0)
    book.close()
