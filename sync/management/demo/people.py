"""People who do not exist, the same ones at every start. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from connectors.contact import Address, Contact, Entry, Value

SEED = 20


@dataclass(frozen=True, slots=True)
class Country:
    first: tuple[str, ...]
    last: tuple[str, ...]
    streets: tuple[str, ...]
    #: (postcode, city)
    cities: tuple[tuple[str, str], ...]
    name: str
    #: "#" is any digit.
    mobile: str
    landline: str
    domain: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


COUNTRIES = (
    Country(
        _words("Lotte, Jef, Annelies, Wout, Marieke, Koen, Elke, Thijs, Saar, Pieter-Jan"),
        _words("Peeters, Van den Berghe, De Smet, Maes, Claes, Vandenbroucke, 't Jampens, Wouters"),
        _words("Veldstraat, Kerkstraat, Coupure Links, Lange Munt, Dampoortstraat"),
        (("9000", "Gent"), ("2000", "Antwerpen"), ("8000", "Brugge"), ("3000", "Leuven")),
        "België", "+32 47# ## ## ##", "+32 9 2## ## ##", "example.be",
    ),
    Country(
        _words("Zoë, Mathéo, Hélène, Jean-François, Océane, Benoît, Aurélie, Noël"),
        _words("Dubois, Lefèvre, Garçon, D'Hondt, Marchal, Étienne, de la Tour, Lambert"),
        _words("Rue de la Paix, Avenue Louise, Place Saint-Lambert, Chaussée d'Ixelles"),
        (("1050", "Ixelles"), ("4000", "Liège"), ("5000", "Namur")),
        "Belgique", "+32 49# ## ## ##", "+32 2 5## ## ##", "exemple.be",
    ),
    Country(
        _words("Jürgen, Anke, Björn, Käthe, Matthias, Ursula, Sören, Grete"),
        _words("Müller, Schäfer, von der Heyde, Weiß, Köhler, Öztürk, Groß, Lindemann"),
        _words("Hauptstraße, Am Mühlbach, Schillerplatz, Königsallee"),
        (("50667", "Köln"), ("10115", "Berlin"), ("80331", "München")),
        "Deutschland", "+49 151 ########", "+49 221 ######", "beispiel.example",
    ),
    Country(
        _words("Íñigo, María José, Begoña, Andrés, Lucía, Joaquín, Nuria"),
        _words("García Márquez, Núñez, de la Fuente, Ibáñez, Muñoz Peña, Ruiz"),
        _words("Calle Mayor, Gran Vía, Plaza de España, Carrer de Mallorca"),
        (("28013", "Madrid"), ("08036", "Barcelona"), ("41001", "Sevilla")),
        "España", "+34 6## ### ###", "+34 91 ### ####", "ejemplo.example",
    ),
    Country(
        _words("Emily, Michael, Aisha, Sean, Olivia, Jamal, Siobhan, Grace"),
        _words("O'Connor, Smith, Johnson, McAllister, Fitz-Gerald, Nguyen, Baker, St. John"),
        _words("Market Street, Elm Avenue, High Road, Baker Lane"),
        (("94105", "San Francisco"), ("10001", "New York"), ("60601", "Chicago")),
        "United States", "+1 415 555 01##", "+1 212 555 01##", "example.com",
    ),
    Country(
        _words("花子, 太郎, 美咲, 健一"),
        _words("山田, 佐藤, 鈴木, 高橋"),
        _words("銀座, 神宮前, 本町"),
        (("104-0061", "東京都中央区"), ("530-0001", "大阪市北区")),
        "日本", "+81 90 #### ####", "+81 3 #### ####", "example.jp",
    ),
)  # fmt: skip

COMPANIES = _words(
    "Bakkerij Maes, Nordlicht GmbH, Atelier Dubois, Harbour & Sons, Delta Logistics NV, "
    "Fundación Alba, Studio Öresund, Greenfield Partners, 株式会社さくら, Café Central"
)
TITLES = _words(
    "Office manager, Account manager, Directrice, Bestuurder, Head of sales, Architect, "
    "Geschäftsführerin, Verantwoordelijke aankoop, Engineer, Owner"
)
NOTES = (
    "Met at the fair in Ghent; prefers e-mail.",
    "Belt liever na 17u.",
    "Calls back on Mondays.\nAsk about the spring order.",
    "Allergic to phone calls before ten.",
)


def people(number: int, seed: int = SEED) -> list[Contact]:
    """So many people, each with an address that no other has."""
    random = Random(seed)
    return [_person(random, place) for place in range(number)]


def without_email(contact: Contact) -> Contact:
    return contact.with_fields({"emails": ()})


def as_known_elsewhere(contact: Contact, random: Random) -> Contact:
    """The same person as another app has it: less of one thing, more of another."""
    (email,) = contact.texts("emails")[:1]
    changes: dict[str, Value] = {"emails": (Entry(email.upper(), "work"),)}
    for name in ("notes", "birthday", "addresses"):
        if random.random() < 0.5:
            changes[name] = ""
    if random.random() < 0.4:
        changes["job_title"] = random.choice(TITLES)
    if random.random() < 0.3:
        changes["company"] = random.choice(COMPANIES)
    return contact.with_fields(changes)


def _person(random: Random, place: int) -> Contact:
    country = random.choice(COUNTRIES)
    first, last = random.choice(country.first), random.choice(country.last)
    fields: dict[str, Value] = {
        "first_name": first,
        "last_name": last,
        "emails": tuple(_emails(random, first, last, place, country)),
        "phones": tuple(_phones(random, country)),
    }
    if random.random() < 0.6:
        fields["company"] = random.choice(COMPANIES)
        fields["job_title"] = random.choice(TITLES)
    if random.random() < 0.7:
        fields["addresses"] = (Entry(_address(random, country), "home"),)
    if random.random() < 0.4:
        day = f"{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        year = random.randint(1950, 2004)
        fields["birthday"] = f"{year}-{day}" if random.random() < 0.8 else f"--{day}"
    if random.random() < 0.3:
        fields["notes"] = random.choice(NOTES)
    return Contact({name: value for name, value in fields.items() if value})


def _emails(random: Random, first: str, last: str, place: int, country: Country) -> Iterator[Entry]:
    local = ".".join(filter(None, (_plain(first), _plain(last)))) or "contact"
    yield Entry(f"{local}{place}@{country.domain}", "work")
    if random.random() < 0.3:
        yield Entry(f"{_plain(first) or 'me'}{place}@mail.example", "home")


def _phones(random: Random, country: Country) -> Iterator[Entry]:
    yield Entry(_number(random, country.mobile), "mobile")
    if random.random() < 0.4:
        yield Entry(_number(random, country.landline), "work")


def _number(random: Random, pattern: str) -> str:
    return "".join(str(random.randint(0, 9)) if sign == "#" else sign for sign in pattern)


def _address(random: Random, country: Country) -> Address:
    postcode, city = random.choice(country.cities)
    street = f"{random.choice(country.streets)} {random.randint(1, 180)}"
    return Address(street=street, city=city, postcode=postcode, country=country.name)


def _plain(name: str) -> str:
    """A name as it stands in an address: letters of a to z."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in bare if sign.isascii() and sign.isalpha())
