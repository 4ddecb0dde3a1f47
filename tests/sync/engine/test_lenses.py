"""Laws of the lenses: what is shown, put back, changes nothing; what was put is shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Entry, Value, as_entries
from connectors.fields import STANDARD, FieldType, equal, field_named, normals
from connectors.name_spelling import plain
from sync.engine.lenses import (
    AddressPart,
    Chosen,
    Composed,
    Labelled,
    Lens,
    Listed,
    Plain,
    lens_of,
)
from tests.sync.engine.pairs import composed, phones

NONE: frozenset[str] = frozenset()
MOBILE = frozenset({"mobile"})
LABELS = st.sampled_from(["", "work", "home", "mobile", "Mobile"])
NUMBERS = st.sampled_from(["+3221111111", "+32 2 111 11 11", "+3222222222", "+3223333333", "x"])
PHONES = st.lists(st.builds(Entry, NUMBERS, LABELS, st.booleans()), max_size=4).map(tuple)
CITIES = st.sampled_from(["", "Ghent", "ghent", "Paris"])
ADDRESSES = st.builds(Address, street=st.sampled_from(["", "Main 1"]), city=CITIES).filter(bool)
PLACES = st.lists(st.builds(Entry, ADDRESSES, LABELS, st.booleans()), max_size=3).map(tuple)
NAMES = st.sampled_from(["", "Ann", "Ann Marie", "van der Berg", "Smith", "Dr.", "李", "Jr."])
CONTACTS = st.builds(
    lambda phones, addresses, first, last, full: Contact().with_fields(
        {
            "phones": phones,
            "addresses": addresses,
            "first_name": first,
            "last_name": last,
            "full_name": full,
            "company": first,
        }
    ),
    PHONES,
    PLACES,
    NAMES,
    NAMES,
    st.sampled_from(["", "", "Annie", "Smith, Ann"]),
)
ONE_PLACE = st.builds(Entry, ADDRESSES, LABELS).map(lambda entry: (entry,))
WHOLE_NAMES = st.lists(NAMES, max_size=3).map(lambda words: " ".join(filter(None, words)))

#: Lens, and the values that are put.
LENSES: dict[str, tuple[Lens, st.SearchStrategy[Value]]] = {
    "company": (lens_of(STANDARD["company"], False, NONE, ""), st.sampled_from(["", "x", "y"])),
    "phones": (lens_of(STANDARD["phones"], True, NONE, ""), PHONES),
    "phones.mobile": (
        lens_of(field_named("phones.mobile"), False, NONE, ""),
        NUMBERS | st.just(""),
    ),
    "addresses.home": (
        lens_of(field_named("addresses.home"), False, NONE, ""),
        ONE_PLACE | st.just(""),
    ),
    "addresses.city": (lens_of(field_named("addresses.city"), False, NONE, ""), CITIES),
    "one of phones": (lens_of(STANDARD["phones"], False, NONE, "BE"), NUMBERS | st.just("")),
    "one of phones beside mobile": (
        lens_of(STANDARD["phones"], False, MOBILE, "BE"),
        NUMBERS | st.just(""),
    ),
    "one of addresses": (
        lens_of(STANDARD["addresses"], False, NONE, ""),
        ONE_PLACE | st.just(""),
    ),
    "phones beside mobile": (lens_of(STANDARD["phones"], True, MOBILE, ""), PHONES),
    "full name": (lens_of(composed("first_name", "last_name"), False, NONE, ""), WHOLE_NAMES),
    "full name beside its own": (
        lens_of(composed("first_name", "last_name", "full_name"), False, NONE, ""),
        WHOLE_NAMES,
    ),
}  # fmt: skip


def test_each_shape_has_its_lens() -> None:
    kinds = [type(lens) for lens, _ in LENSES.values()]
    assert kinds == [
        Plain, Plain, Labelled, Labelled, AddressPart, Chosen, Chosen, Chosen, Listed, Composed,
        Composed,
    ]  # fmt: skip


@pytest.mark.parametrize("name", LENSES)
@settings(max_examples=40)
@given(data=st.data())
def test_what_is_shown_put_back_changes_nothing(name: str, data: st.DataObject) -> None:
    lens, values = LENSES[name]
    contact, last = data.draw(CONTACTS), data.draw(st.none() | values)
    assert lens.put(contact, lens.show(contact, last), last) == {}


@pytest.mark.parametrize("name", LENSES)
@settings(max_examples=40)
@given(data=st.data())
def test_what_was_put_is_shown(name: str, data: st.DataObject) -> None:
    """But for a clear where there is another to be shown, and for elements of a list that
    sub-values hold already."""
    lens, values = LENSES[name]
    contact, last, value = data.draw(CONTACTS), data.draw(st.none() | values), data.draw(values)
    changes = lens.put(contact, value, last)
    after = contact.with_fields(changes)
    shown = lens.show(after, value)
    if isinstance(lens, Composed):
        assert plain(str(shown)) == plain(str(value))
    elif isinstance(lens, Listed):
        entries = as_entries(contact.get("phones"))
        hidden = normals(lens.field, tuple(x for x in entries if lens.hides(x)))
        assert normals(lens.field, value) - hidden <= normals(lens.field, shown)
        assert normals(lens.field, shown) <= normals(lens.field, value)
    elif value:
        field = STANDARD["phones" if "phones" in name else "addresses"]
        if isinstance(lens, AddressPart | Plain):
            assert shown == value or str(shown).casefold() == str(value).casefold()
        else:
            assert equal(field, shown, value, "BE")


@pytest.mark.parametrize("name", LENSES)
@settings(max_examples=40)
@given(data=st.data())
def test_a_put_leaves_everything_else_alone(name: str, data: st.DataObject) -> None:
    lens, values = LENSES[name]
    contact, last, value = data.draw(CONTACTS), data.draw(st.none() | values), data.draw(values)
    changes = lens.put(contact, value, last)
    own = {
        Plain: {"company", "phones"}, Labelled: {"phones", "addresses"}, Listed: {"phones"},
        AddressPart: {"addresses"}, Chosen: {"phones", "addresses"},
        Composed: {"first_name", "last_name", "full_name"},
    }[type(lens)]  # fmt: skip
    assert changes.keys() <= own
    if isinstance(lens, Labelled | Chosen):
        before, after = (
            as_entries(x.get(lens.parent)) for x in (contact, contact.with_fields(changes))
        )
        field = STANDARD[lens.parent]
        assert len(normals(field, before, "BE") - normals(field, after, "BE")) <= 1


P, Q, R = phones("+3221111111 work", "+3222222222 home", "+3223333333 mobile")


def put(lens: Lens, before: Value, value: Value, last: Value | None = None) -> Value:
    name = "addresses" if "address" in str(lens) else "phones"
    contact = Contact().with_fields({name: before})
    return contact.with_fields(lens.put(contact, value, last)).get(name)


def test_a_sub_value_is_changed_added_and_removed() -> None:
    mobile, _ = LENSES["phones.mobile"]
    new = Entry("+3229999999", "mobile")
    assert put(mobile, (P, R), "+3229999999") == (P, new)
    assert put(mobile, (P,), "+3229999999") == (P, new)
    assert put(mobile, "", "+3229999999") == (new,)
    assert put(mobile, (P, R, Q), "") == (P, Q)
    assert put(mobile, (Entry("+32 2 222 22 22"),), "+3222222222") == (
        Entry("+32 2 222 22 22", "mobile"),
    )


def test_one_of_a_list_is_the_primary_the_one_last_sent_or_the_first() -> None:
    lens, _ = LENSES["one of phones"]
    marked = Entry("+3224444444", "", primary=True)
    of = [Contact({"phones": value}) for value in ((P, Q), (P, Q, marked))]
    assert [lens.show(contact, None) for contact in of] == [P.value, marked.value]
    assert [lens.show(contact, Q.value) for contact in of] == [Q.value, marked.value]
    assert lens.show(of[0], "+3229999999") == P.value


def test_a_change_of_one_of_a_list_takes_the_place_of_the_element_it_came_from() -> None:
    lens, _ = LENSES["one of phones"]
    assert put(lens, (P, Q), "+3229999999", Q.value) == (P, Entry("+3229999999", "home"))
    assert put(lens, (P, Q), "", P.value) == (Q,)
    assert put(lens, "", "+3229999999") == (Entry("+3229999999"),)
    # one that is there already is not put there twice
    assert put(lens, (P, Q), Q.value, P.value) == (P, Q)
    marked = Entry(P.value, "work", primary=True)
    assert put(lens, (marked, Q), Q.value) == (P, Entry(Q.value, "home", primary=True))


def test_the_elements_of_sub_values_stay_in_their_places() -> None:
    lens, _ = LENSES["phones beside mobile"]
    assert put(lens, (P, R, Q), (Q,)) == (Q, R)
    assert put(lens, (R, P), (P, Q)) == (R, P, Q)
    # what comes with their label goes without it, and what they hold already is no second one
    other = Entry("+3225555555", "mobile")
    assert put(lens, (R, P), (P, other, Entry(R.value, "mobile"))) == (R, P, Entry(other.value))


def test_a_part_of_an_address() -> None:
    lens, _ = LENSES["addresses.city"]
    ghent, paris = (Entry(Address(street="S", city=city), "home") for city in ("Ghent", "Paris"))
    assert put(lens, (ghent, paris), "Rome", "paris") == (
        ghent, Entry(Address(street="S", city="Rome"), "home"),
    )  # fmt: skip
    assert put(lens, "", "Rome") == (Entry(Address(city="Rome")),)
    assert put(lens, (ghent,), "") == (Entry(Address(street="S"), "home"),)
    assert put(lens, (Entry(Address(city="Ghent")),), "") == ""


def test_only_the_part_of_a_name_that_changed_is_written() -> None:
    lens, _ = LENSES["full name beside its own"]
    ann = Contact({"first_name": "Ann Marie", "last_name": "Smith"})
    assert lens.show(ann, None) == "Ann Marie Smith"
    assert lens.put(ann, "Ann Marie Jones", None) == {"last_name": "Jones"}
    called = ann.with_fields({"full_name": "Annie"})
    assert lens.show(called, None) == "Annie"
    assert lens.put(called, "Ann Marie Jones", None) == {"last_name": "Jones", "full_name": ""}


def test_types_of_one_element() -> None:
    lens = lens_of(STANDARD["emails"], False, NONE, "")
    assert isinstance(lens, Chosen) and lens.type == FieldType.EMAIL
