"""The CardDAV connector against a real Radicale and a real Xandikos."""

from __future__ import annotations

import re

import pytest

from connectors.connector import Create, Update, Written
from connectors.contact import Contact
from connectors.errors import AskStaff, Changed, Refused, SignInAgain
from tests.connectors.carddav.partner import Book
from tests.connectors.conformance import (
    ANN,
    ConnectorConformance,
    marker,
    reading,
    world,
)


class AddressBooks(ConnectorConformance):
    """What is said of address books only."""

    def test_bodies_of_known_versions_are_not_read_again(self, partner, connector):
        ann, bob = partner.add(Contact(ANN)), partner.add(Contact({"first_name": "Bob"}))
        first = reading(connector, partner.container)
        known = {id: item.version for id, item in first.received.items()}
        before = connector.requests
        again = reading(connector, partner.container, known=known)
        assert (again.received, sorted(again.present)) == ({}, sorted([ann, bob]))
        assert (again.complete, connector.requests - before) == (True, 1)

    def test_first_reading_costs_a_request_a_hundred_cards_and_one(self, partner, connector):
        for number in range(5):
            partner.add(Contact({"first_name": f"N{number}"}))
        reading(connector, partner.container)
        assert connector.requests == 2

    def test_write_costs_one_request(self, partner, connector):
        result = self.write_one(partner, connector, Create(marker(), ANN))
        record = result.received
        self.write_one(
            partner, connector, Update(record.id, record.version, record.raw, {"notes": "x"})
        )
        assert connector.requests == 2

    def test_books_are_found_from_every_starting_point(self, partner, connector):
        for path in ("", "/", partner.server.home):
            found = partner.connector(partner.server.url + path)
            assert partner.container in [book.id for book in found.containers()]
            found.close()
        itself = partner.connector(partner.container)
        assert [book.id for book in itself.containers()] == [partner.container]
        itself.close()

    def test_identity_does_not_depend_on_the_starting_point(self, partner, connector):
        itself = partner.connector(partner.container)
        assert itself.identity().id == connector.identity().id
        itself.close()

    @pytest.mark.parametrize("name", ["odd name é.vcf", "a+b@c=d.vcf", "100%.vcf", "tilde~(1).vcf"])
    def test_odd_names_of_cards_are_kept(self, partner, connector, name):
        id = partner.put(_encoded(name), _card("odd", "FN:Odd", "N:Odd;;;;"))
        first = reading(connector, partner.container)
        (found,) = first.received
        record = self.record(partner, connector, found)
        self.write_one(
            partner, connector, Update(found, record.version, record.raw, {"notes": "x"})
        )
        assert list(reading(connector, partner.container).received) == [found]
        partner.delete(id)
        assert reading(connector, partner.container, first.cursor).gone == [found]

    def test_foreign_lines_survive_a_write(self, partner, connector):
        lines = [
            "item1.TEL:555",
            "item1.X-ABLabel:Assistant",
            'X-CUSTOM;X-P="a;b":some\\, thing',
            "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 2000,
            "IMPP;X-SERVICE-TYPE=Skype:skype:ann",
            "ROLE:Rôle",
        ]
        ann = partner.put("ann.vcf", _card("ann", "N:Smith;Ann;;;", "FN:Ann Smith", *lines))
        before = partner.get(ann)
        record = self.record(partner, connector, ann)
        self.write_one(
            partner, connector, Update(ann, record.version, record.raw, {"last_name": "Jones"})
        )
        changed = ("N:", "FN:")
        assert _foreign(partner.get(ann), changed) == _foreign(before, changed)
        assert self.shown(partner, connector, ann).name == "Ann Jones"

    def test_vanished_book_is_said_to_be_gone(self, partner, connector):
        partner.add(Contact(ANN))
        cursor = reading(connector, partner.container).cursor
        partner.server.delete(partner.container)
        for place in ("", cursor):
            with pytest.raises(AskStaff, match="no longer there"):
                reading(connector, partner.container, place)

    def test_write_to_a_vanished_book_is_an_error_of_the_account(self, partner, connector):
        partner.server.delete(partner.container)
        with pytest.raises(AskStaff, match="no longer there"):
            connector.write(partner.container, [Create(marker(), ANN)])

    def test_changed_is_told_from_a_refused_card(self, partner, connector):
        ann = partner.add(Contact(ANN))
        record = self.record(partner, connector, ann)
        broken = record.raw.replace(b"END:VCARD", b"END:VCARD\r\nBEGIN:VCARD\r\nnonsense")
        writes = [
            Update(ann, record.version, broken, {"notes": "x"}),
            Update(ann, '"0123"', record.raw, {"notes": "x"}),
        ]
        results = [connector.write(partner.container, [write])[0] for write in writes]
        assert [type(result) for result in results] == [Refused, Changed]

    def test_too_large_card_is_reported_and_the_others_are_read(self, partner, connector):
        photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 1_300_000
        large = partner.put("large.vcf", _card("large", "FN:L", "N:L;;;;", photo))
        ann = partner.add(Contact(ANN))
        first = reading(connector, partner.container)
        assert sorted(first.received) == sorted([ann, large])
        assert first.received[large].contact is None
        assert "larger than 4 MB" in first.received[large].fault
        assert first.received[ann].contact.fields == ANN
        (result,) = connector.write(
            partner.container, [Update(large, first.received[large].version, b"", {"notes": "x"})]
        )
        assert isinstance(result, Refused)


class TestRadicale(AddressBooks):
    @pytest.fixture
    def partner(self, radicale, tmp_path):
        return Book(radicale, tmp_path)

    def test_wrong_password_asks_to_sign_in_again(self, partner, tmp_path):
        wrong = {**partner.server.credentials(), "password": "s3cret"}
        connector = type(partner.connector())(wrong, world(tmp_path))
        with pytest.raises(SignInAgain) as raised:
            reading(connector, partner.container)
        assert "s3cret" not in str(raised.value)
        with pytest.raises(SignInAgain):
            connector.write(partner.container, [Create(marker(), ANN)] * 3)

    def test_same_uid_at_another_place_is_refused(self, partner, connector):
        create = Create(marker(), ANN)
        partner.put("elsewhere.vcf", _card(create.marker, "FN:E", "N:E;;;;"))
        (result,) = connector.write(partner.container, [create])
        assert isinstance(result, Refused)
        assert "same UID" in result.message


class TestXandikos(AddressBooks):
    @pytest.fixture
    def partner(self, xandikos, tmp_path):
        return Book(xandikos, tmp_path)

    def test_every_other_line_is_byte_identical_after_a_write(self, partner, connector):
        card = _card("ann", "n:Smith;Ann;;;", "FN:Ann Smith", "note;X-A=1:long " + "é" * 60)
        folded = card.replace(b"\xc3\xa9" * 30, b"\xc3\xa9" * 29 + b"\xc3\r\n \xa9", 1)
        ann = partner.put("ann.vcf", folded)
        record = self.record(partner, connector, ann)
        result: Written = self.write_one(
            partner, connector, Update(ann, record.version, record.raw, {"job_title": "Boss"})
        )
        assert partner.get(ann) == result.received.raw
        assert partner.get(ann).replace(b"TITLE:Boss\r\n", b"") == folded


def _card(uid: str, *lines: str) -> bytes:
    whole = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", *lines, "END:VCARD", ""]
    return "\r\n".join(whole).encode()


def _encoded(name: str) -> str:
    return "".join(c if (c.isascii() and c.isalnum()) or c in "." else _percent(c) for c in name)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def _foreign(card: bytes, without: tuple[str, ...]) -> list[str]:
    """The lines of a card, unfolded, in any order, names in any case: Radicale rewrites."""
    text = re.sub(r"\r?\n[ \t]", "", card.decode())
    lines = []
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if line and not line.upper().startswith(without):
            lines.append(name.upper() + colon + value)
    return sorted(lines)
