"""Over real HTTP: the shapes that only a wire shows."""

from __future__ import annotations

from dataclasses import replace

from connectors.connector import Create, Delete, Update, Written
from connectors.contact import Segment
from connectors.google.connector import Google
from connectors.sandbox.server import serving
from tests.connectors.conformance import ANN, marker, reading
from tests.connectors.google.partner import TOKEN, Book


def test_a_contact_lives_and_dies_over_http(tmp_path):
    book = Book(tmp_path)
    with serving(book.sandbox) as server:
        settings = {**book.world.settings, "GOOGLE_API_URL": f"{server.url}/google"}
        connector = Google(
            {"access_token": TOKEN}, replace(book.world, wires={}, settings=settings)
        )
        label = frozenset({Segment("label", "Né; w")})
        first = reading(connector, book.container)
        made = connector.write(book.container, [Create(marker(), ANN, label) for _ in range(7)])
        assert {type(result) for result in made} == {Written}
        assert connector.identity().id
        ids = [result.id for result in made]
        assert connector.read(book.container, ids) == [result.received for result in made]
        changes = [
            Update(x.id, x.received.version, x.received.raw, {"notes": "Ünï\nlines"}) for x in made
        ]
        changed = connector.write(book.container, changes)
        second = reading(connector, book.container, first)
        assert {x.id: x.received for x in changed} == second.received
        (gone,) = connector.write(book.container, [Delete(ids[0], second.received[ids[0]].version)])
        assert gone == Written(ids[0], None)
        assert reading(connector, book.container, second).gone == ids[:1]
        book.order("lost", "createContact")
        create = Create(marker(), {"first_name": "Lost"})
        connector.write(book.container, [create])
        assert connector.find_marker(book.container, create.marker) is not None
        connector.close()
