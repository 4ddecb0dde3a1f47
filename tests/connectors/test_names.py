"""The name lens by example: what each kind of name becomes, new and edited."""

from __future__ import annotations

from itertools import combinations

import pytest

from connectors.contact import NAME_PARTS, join_name
from connectors.name_spelling import plain
from connectors.names import join, put, split

SHORT = {"P": "name_prefix", "F": "first_name", "M": "middle_name", "L": "last_name"}


def parts(text: str) -> dict[str, str]:
    """ "P Dr. | F Ann | L Smith": all five parts."""
    found = dict.fromkeys(NAME_PARTS, "")
    for item in filter(None, text.split(" | ")):
        found[SHORT.get(item[0], "name_suffix")] = item[2:]
    return found


#: name -> its parts when nothing is known of it. P, F, M, L, S: prefix, first, middle, last, suffix
NEW = {
    # One word, two words, many
    "": "",
    "Plato": "F Plato",
    "Ann Smith": "F Ann | L Smith",
    "  Ann \t Smith ": "F Ann | L Smith",
    "Ann Marie Smith": "F Ann | M Marie | L Smith",
    "Jean-Luc Picard-Lefèvre": "F Jean-Luc | L Picard-Lefèvre",
    "J. R. R. Tolkien": "F J. | M R. R. | L Tolkien",
    "john e smith": "F john | M e | L smith",
    "Ana Silva e Costa": "F Ana | L Silva e Costa",
    "Ann and Bob Smith": "F Ann and Bob | L Smith",
    # Titles and suffixes
    "Dr. Ann Smith": "P Dr. | F Ann | L Smith",
    "Ms. Jones": "P Ms. | L Jones",
    "Sir Elton": "P Sir | F Elton",
    "Sir Ian McKellen": "P Sir | F Ian | L McKellen",
    "Prof. Dr. h.c. Hans Müller": "P Prof. Dr. h.c. | F Hans | L Müller",
    "Dipl.-Ing. Eva Kern": "P Dipl.-Ing. | F Eva | L Kern",
    "Sra. Ana Pérez": "P Sra. | F Ana | L Pérez",
    "Ing Tan": "F Ing | L Tan",
    "Ing. Jan Novák": "P Ing. | F Jan | L Novák",
    "Доктор Юрий Живаго": "P Доктор | F Юрий | L Живаго",
    "Dr.": "F Dr.",
    "Martin King Jr.": "F Martin | L King | S Jr.",
    "Henry Ford II": "F Henry | L Ford | S II",
    "Jan Peeters sr": "F Jan | L Peeters | S sr",
    "Ann Smith PhD": "F Ann | L Smith | S PhD",
    "Ann Smith, PhD": "F Ann | L Smith | S PhD",
    "Ann Smith, Ph.D., M.D.": "F Ann | L Smith | S Ph.D., M.D.",
    "Ann Smith, MA": "F Ann | L Smith | S MA",
    "Yo-Yo Ma": "F Yo-Yo | L Ma",
    "Dr. Ann Smith, MBA": "P Dr. | F Ann | L Smith | S MBA",
    # Particles
    "Jan van der Berg": "F Jan | L van der Berg",
    "Vincent Van Gogh": "F Vincent | L Van Gogh",
    "Van Morrison": "F Van | L Morrison",
    "van Dyck": "L van Dyck",
    "Ursula von der Leyen": "F Ursula | L von der Leyen",
    "Robert De Niro": "F Robert | L De Niro",
    "Charles de Gaulle": "F Charles | L de Gaulle",
    "Oscar de la Renta": "F Oscar | L de la Renta",
    "Corrie ten Boom": "F Corrie | L ten Boom",
    "Jan in 't Veld": "F Jan | L in 't Veld",
    "Sean O'Brien": "F Sean | L O'Brien",
    "Sean O' Brien": "F Sean | L O' Brien",
    "Osama bin Laden": "F Osama | L bin Laden",
    "Ahmed al-Rashid": "F Ahmed | L al-Rashid",
    "Giulia della Rovere": "F Giulia | L della Rovere",
    "David ben Gurion": "F David | L ben Gurion",
    "Ann Ben Smith": "F Ann | M Ben | L Smith",
    # Double surnames, as far as the words tell
    "José Ortega y Gasset": "F José | L Ortega y Gasset",
    "José da Silva Santos": "F José | L da Silva Santos",
    "Ana Gómez López": "F Ana | L Gómez López",
    "Gabriel García Márquez": "F Gabriel | L García Márquez",
    "Inez Brown": "F Inez | L Brown",
    # A comma
    "Smith, Ann": "F Ann | L Smith",
    "Smith,Ann Marie": "F Ann | M Marie | L Smith",
    "Smith, Ann, Jr.": "F Ann | L Smith | S Jr.",
    "Smith Jr., Ann": "F Ann | L Smith | S Jr.",
    "Smith, Dr. Ann": "P Dr. | F Ann | L Smith",
    "Smith, Dr.": "P Dr. | L Smith",
    "Berg, Jan van der": "F Jan | L van der Berg",
    "García Ruiz, Ana": "F Ana | L García Ruiz",
    "Silva Costa, Ana": "F Ana | L Silva Costa",
    "Yeoh, Do": "F Do | L Yeoh",
    "Smith,": "F Smith",
    ",": "",
    "Acme, Inc.": "F Acme | S Inc.",
    "Smith, Jones & Co": "F Smith, Jones & Co",
    "Berlin, Paris, Rome": "F Berlin, Paris, Rome",
    # Other scripts
    "王小明": "F 王小明",
    "山田 太郎": "F 山田 太郎",
    "山田, 太郎": "F 太郎 | L 山田",
    "김철수": "F 김철수",
    "ジョン・スミス": "F ジョン・スミス",
    "Dr. 山田 太郎": "P Dr. | F 山田 太郎",
    "山田 太郎 様": "F 山田 太郎 | S 様",
    "Иванов Иван Иванович": "F Иван | M Иванович | L Иванов",
    "Иван Иванович Иванов": "F Иван | M Иванович | L Иванов",
    "Роман Аркадьевич Абрамович": "F Роман | M Аркадьевич | L Абрамович",
    "Γιώργος Παπαδόπουλος": "F Γιώργος | L Παπαδόπουλος",
    "محمد بن سلمان": "F محمد | L بن سلمان",
    "عبد الله محمد الأحمد": "F عبد الله | M محمد | L الأحمد",
    "דוד בן גוריון": "F דוד | L בן גוריון",
    "د. أحمد زويل": "P د. | F أحمد | L زويل",
}

#: old parts, edited name, parts then
EDITED = [
    # The example of the paper, and one part at a time
    ("F Ann Marie | L Smith", "Ann Marie Jones", "F Ann Marie | L Jones"),
    ("F Ann Marie | L Smith", "Anna Maria Smith", "F Anna Maria | L Smith"),
    ("F Ann Marie | L Smith", "Ann Smith", "F Ann | L Smith"),
    ("F Ann | M Marie | L Smith", "Ann Rose Smith", "F Ann | M Rose | L Smith"),
    ("F Ann | M Marie | L Smith", "Ann Smith", "F Ann | L Smith"),
    ("P Dr. | F Ann | L Smith", "Prof. Ann Smith", "P Prof. | F Ann | L Smith"),
    ("P Dr. | F Ann | L Smith", "Ann Smith", "F Ann | L Smith"),
    ("P Dr. | F Ann | L Smith", "Fürstin Ann Smith", "P Fürstin | F Ann | L Smith"),
    ("F Ann | L Smith | S Jr.", "Ann Smith PhD", "F Ann | L Smith | S PhD"),
    ("F Ann | L Smith | S Jr.", "Ann Smith", "F Ann | L Smith"),
    ("F Ann | L Smith | S PhD, MD", "Ann Jones PhD, MD", "F Ann | L Jones | S PhD, MD"),
    ("F ann | L smith", "Ann Smith", "F Ann | L Smith"),
    ("F Ann | M M | L Smith", "Ann M. Smith", "F Ann | M M. | L Smith"),
    ("F Ann  Marie | L Smith", " Ann Marie  Smith", "F Ann  Marie | L Smith"),
    ("F Zoe\u0308 | L Smith", "Zo\u00eb Jones", "F Zoe\u0308 | L Jones"),
    ("F Ann | L Smith", "", ""),
    ("F Ann Marie | L Smith", "Ann Lou Marie Smith", "F Ann Lou Marie | L Smith"),
    ("F Jan | L van Berg", "Jan van der Berg", "F Jan | L van der Berg"),
    # Words added
    ("F Ann | L Smith", "Ann Marie Smith", "F Ann | M Marie | L Smith"),
    ("F Ann | M M. | L Smith", "Ann M. Rose Smith", "F Ann | M M. Rose | L Smith"),
    ("F Ann | L Smith", "Mary Ann Smith", "F Mary Ann | L Smith"),
    ("F Ann | L Smith", "Ann Smith Jones", "F Ann | L Smith Jones"),
    ("F Ann | L Smith", "Ann Smith-Jones", "F Ann | L Smith-Jones"),
    ("F Ann | L Smith", "Ann Smith Jr.", "F Ann | L Smith | S Jr."),
    ("F Ann | L Smith", "Ann Smith, Jr.", "F Ann | L Smith | S Jr."),
    ("F Ann | L Smith | S Jr.", "Ann Smith Jr. MD", "F Ann | L Smith | S Jr. MD"),
    ("F Ann | L Smith | S Jr.", "Ann Smith Jones Jr.", "F Ann | L Smith Jones | S Jr."),
    ("F Ann | L Smith", "Dr. Ann Smith", "P Dr. | F Ann | L Smith"),
    ("P Dr. | F Ann | L Smith", "Prof. Dr. Ann Smith", "P Prof. Dr. | F Ann | L Smith"),
    ("P Dr. | F Ann | L Smith", "Dr. med. Mary Ann Smith", "P Dr. med. | F Mary Ann | L Smith"),
    ("P Dr. | F Ann | L Smith", "Dr. Mary Ann Smith", "P Dr. | F Mary Ann | L Smith"),
    ("F Plato", "Plato Smith", "F Plato | L Smith"),
    ("F Ann", "Ann Marie Smith", "F Ann | M Marie | L Smith"),
    ("F Jan", "Jan van der Berg", "F Jan | L van der Berg"),
    ("F Vincent", "Vincent Van Gogh", "F Vincent | L Van Gogh"),
    ("L Smith", "Ann Smith", "F Ann | L Smith"),
    ("L Smith", "Ms. Smith", "P Ms. | L Smith"),
    ("P Dr.", "Dr. Jones", "P Dr. | L Jones"),
    ("L Berg", "Jan van der Berg", "F Jan | L van der Berg"),
    # Titles and suffixes that come with another change
    ("F Ann | L Smith", "Dr. Anna Smith", "P Dr. | F Anna | L Smith"),
    ("F Ann | L Smith", "Ann Jones Jr.", "F Ann | L Jones | S Jr."),
    ("F Ann | L Smith", "Dr. Smith", "P Dr. | L Smith"),
    ("F Ann Marie | L Smith", "Dr. Jones", "P Dr. | L Jones"),
    ("F Dr. Ann | L Smith", "Dr. Anna Smith", "F Dr. Anna | L Smith"),
    ("F Ann | L Smith PhD", "Ann Jones PhD", "F Ann | L Jones PhD"),
    ("F Ann | L Smith PhD", "Bob Jones PhD", "F Bob | L Jones PhD"),
    ("F Dr. Ann | L Smith", "Dr. Bob Jones", "F Dr. Bob | L Jones"),
    ("P Dr. | F Ann | L Smith | S Jr.", "Prof.", "P Prof."),
    (
        "P Dr. | F Ann Marie | L Smith",
        "Prof. Ann Marie Jones PhD",
        "P Prof. | F Ann Marie | L Jones | S PhD",
    ),
    ("P Dr. | F Ann Marie | L Smith", "Ann Marie Jones", "F Ann Marie | L Jones"),
    ("P Dr. | F Ann | L Smith", "Mr. Bob Jones", "P Mr. | F Bob | L Jones"),
    # Particles
    ("F Jan | L Berg", "Jan van den Berg", "F Jan | L van den Berg"),
    ("F Jan | L van den Berg", "Jan Berg", "F Jan | L Berg"),
    ("F Jan | L van Dyck", "Jan Peter van Dyck", "F Jan | M Peter | L van Dyck"),
    ("F Jan Peter | L Berg", "Jan van Berg", "F Jan | L van Berg"),
    ("F Ann Marie | L Smith", "Jan van Dyck", "F Jan | L van Dyck"),
    ("F María | L García", "María del Carmen García", "F María | M del Carmen | L García"),
    ("F Sean | L Brien", "Sean O' Brien", "F Sean | L O' Brien"),
    ("F محمد | L سلمان", "محمد بن سلمان", "F محمد | L بن سلمان"),
    # Double surnames
    ("F María | L García López", "María Pérez Ruiz", "F María | L Pérez Ruiz"),
    ("F Ana | L Silva Costa", "Rui Santos Lima", "F Rui | L Santos Lima"),
    ("F Ana | L Silva Costa", "Rui Paulo Santos Lima", "F Rui | M Paulo | L Santos Lima"),
    ("F Ana | L Silva", "Ana Silva Costa", "F Ana | L Silva Costa"),
    ("F José | L Ortega", "José Ortega y Gasset", "F José | L Ortega y Gasset"),
    # One name only
    ("L Plato", "Aristotle", "L Aristotle"),
    ("F Plato", "Aristotle", "F Aristotle"),
    ("F Ann | L Smith", "Ann", "F Ann"),
    ("F Ann | L Smith", "Smith", "L Smith"),
    ("F Ann | L Smith", "Madonna", "F Madonna"),
    ("F James | L James", "James", "F James"),
    # Several parts
    ("F Ann | L Smith", "Bob Jones", "F Bob | L Jones"),
    ("F Ann Marie | L Smith", "Bob Lee Jones", "F Bob Lee | L Jones"),
    ("F Ann Marie | L Smith", "Bob Lee Roy Jones", "F Bob Lee Roy | L Jones"),
    ("F Ann | M M. | L Smith", "Ann K. Jones", "F Ann | M K. | L Jones"),
    ("F Ann | M M. | L Smith", "Ann Jones", "F Ann | L Jones"),
    ("F Ann | M M. | L Smith", "Bob M. Jones", "F Bob | M M. | L Jones"),
    ("F Smith | L Ann", "Ann Smith", "F Ann | L Smith"),
    ("F Ann Marie | L Smith", "Smith Ann Marie", "F Smith | L Ann Marie"),
    # A comma
    ("F Ann Marie | L Smith", "Smith, Ann Marie", "F Ann Marie | L Smith"),
    ("F Ann Marie | L Smith", "Jones, Ann Marie", "F Ann Marie | L Jones"),
    ("F Ann | L Smith", "García López, Ann", "F Ann | L García López"),
    ("F Ann | L Smith", "Smith, Ann Marie", "F Ann | M Marie | L Smith"),
    ("F Ann | L Jones", "Smith, Ann Marie", "F Ann | M Marie | L Smith"),
    ("F Ann | L Smith", "Smith, Ann, PhD", "F Ann | L Smith | S PhD"),
    ("L Smith, Jones & Co", "Smith, Jones & Cie", "L Smith, Jones & Cie"),
    # Scripts without spaces: nothing, or one part, or the whole name
    ("F 小明 | L 王", "王小明", "F 小明 | L 王"),
    ("F 小明 | L 王", "王 小明", "F 小明 | L 王"),
    ("F 小明 | L 王", "王小红", "F 小红 | L 王"),
    ("F 小明 | L 王", "李小明", "F 小明 | L 李"),
    ("F 小明 | L 王", "小明 李", "F 小明 | L 李"),
    ("F 太郎 | L 山田", "山田 次郎", "F 次郎 | L 山田"),
    ("F 太郎 | L 山田", "鈴木 一郎", "F 一郎 | L 鈴木"),
    ("F 철수 | L 김", "김영희", "F 영희 | L 김"),
    ("F 철수 | L 김", "이영희", "F 이영희"),
    ("F 王小明", "王小红", "F 王小红"),
    ("L 王小明", "王小红", "L 王小红"),
    ("F 小明 | L 王", "王", "L 王"),
    ("F 太郎 | L 山田", "Dr. 鈴木 一郎", "P Dr. | F 鈴木 一郎"),
    ("F 小明 | L 王", "Xiaoming Wang", "F Xiaoming | L Wang"),
    # From right to left: the order is that of speaking, whatever a screen shows
    ("F محمد | L الأحمد", "محمد السيد", "F محمد | L السيد"),
    ("F דוד | L כהן", "משה כהן", "F משה | L כהן"),
    ("F דוד | L כהן", "דוד בן כהן", "F דוד | L בן כהן"),
    # A surname before given name and patronymic
    ("F Иван | M Иванович | L Иванов", "Иванов Иван Иванович", "F Иван | M Иванович | L Иванов"),
    ("F Иван | M Иванович | L Иванов", "Петров Иван Иванович", "F Иван | M Иванович | L Петров"),
    ("F Иван | L Иванов", "Иван Петрович Иванов", "F Иван | M Петрович | L Иванов"),
]

#: the parts an app has, old parts, name, parts then
FEW = [
    ("FL", "", "Dr. Ann Marie Smith Jr.", "F Dr. Ann Marie | L Smith Jr."),
    ("FL", "F Ann | L Smith", "Ann Marie Smith", "F Ann Marie | L Smith"),
    ("FL", "F Ann | L Smith", "Dr. Ann Smith", "F Dr. Ann | L Smith"),
    ("FL", "F Ann | L Smith", "Ann Smith PhD", "F Ann | L Smith PhD"),
    ("FL", "F Ann | L Smith PhD", "Ann Jones PhD", "F Ann | L Jones PhD"),
    ("FL", "F Jan | L Berg", "Jan van der Berg", "F Jan | L van der Berg"),
    ("FL", "", "Smith, Dr. Ann", "F Dr. Ann | L Smith"),
    ("FML", "", "Ann Marie Smith", "F Ann | M Marie | L Smith"),
    ("L", "", "Ann Smith", "L Ann Smith"),
    ("F", "F Ann Smith", "Ann Jones", "F Ann Jones"),
    ("PL", "", "Dr. Ann Smith", "P Dr. | L Ann Smith"),
    ("FL", "P Dr. | F Ann | L Smith", "Ann Jones", "F Ann | L Jones"),
]


@pytest.mark.parametrize(("name", "expected"), NEW.items())
def test_a_name_seen_for_the_first_time(name: str, expected: str) -> None:
    assert split(name) == parts(expected)


@pytest.mark.parametrize(("old", "name", "expected"), EDITED)
def test_an_edit_changes_the_part_that_changed(old: str, name: str, expected: str) -> None:
    assert put(parts(old), name) == parts(expected)


@pytest.mark.parametrize(("has", "old", "name", "expected"), FEW)
def test_an_app_with_few_parts(has: str, old: str, name: str, expected: str) -> None:
    assert put(parts(old), name, [SHORT[letter] for letter in has]) == parts(expected)


@pytest.mark.parametrize(
    ("old", "name"),
    [
        *(("", name) for name in NEW),
        *((old, name) for old, name, _ in EDITED),
        # Commas that only some of the parts hold, and a comma form that reads as another form.
        ("F John | L Smith | S MD, MA", "John Smith, MD, Ma"),
        ("L Smith, Ann", "Bob Smith, Ann"),
        ("", "Петро Прокопович, Ирина"),
    ],
)
def test_the_examples_keep_the_laws(old: str, name: str) -> None:
    before = parts(old)
    assert put(before, join(before)) == before
    after = put(before, name)
    assert plain(join(after)) == plain(name)
    assert put(after, name) == after


def test_parts_may_be_missing() -> None:
    assert join({"last_name": "Smith", "first_name": "Ann"}) == "Ann Smith"
    assert put({"first_name": "Ann"}, "Bob") == parts("F Bob")
    assert join({}) == ""


def test_join_is_that_of_the_contact() -> None:
    for text in (*NEW.values(), *(old for old, _, _ in EDITED)):
        assert join(parts(text)) == join_name(parts(text))


def test_every_choice_of_parts_can_hold_any_name() -> None:
    for size in range(1, len(NAME_PARTS) + 1):
        for has in combinations(NAME_PARTS, size):
            for name in NEW:
                found = split(name, has)
                assert plain(join(found)) == plain(name), has
                assert {part for part in NAME_PARTS if found[part]} <= set(has)


def test_an_app_without_name_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one of the parts name_prefix, first_name"):
        put({}, "Ann Smith", ())


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Ann  Smith ", "Ann Smith", True),
        ("Zoe\u0308", "Zo\u00eb", True),
        ("Smith, Ann", "Ann Smith", True),
        ("Smith, Ann, Jr.", "Ann Smith Jr.", True),
        ("Ann Smith, PhD", "Ann Smith PhD", True),
        ("山田 太郎", "太郎 山田", True),
        ("山田太郎", "太郎 山田", True),
        ("Иванов Иван Иванович", "Иван Иванович Иванов", True),
        ("ann smith", "Ann Smith", False),
        ("Smith Ann", "Ann Smith", False),
        ("Ann Smyth", "Ann Smith", False),
        ("王小明", "王明小", False),
        ("Иванов Иван", "Иван Иванов", False),
        ("Smith, Jones & Co", "Jones & Co Smith", False),
    ],
)
def test_which_spellings_are_the_same_name(one: str, two: str, same: bool) -> None:
    assert (plain(one) == plain(two)) is same


def test_putting_one_name_and_then_another_may_end_elsewhere() -> None:
    """PutPut does not hold, which is why an undo restores the parts from before."""
    start = parts("F Ann Marie | L Smith")
    there = put(start, "Madonna")
    assert put(there, "Ann Marie Smith") != start
