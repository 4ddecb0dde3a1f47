from __future__ import annotations

import pytest

from tests.connectors.google.partner import Book


@pytest.fixture
def book(tmp_path) -> Book:
    return Book(tmp_path)


@pytest.fixture
def connector(book):
    connector = book.connector()
    yield connector
    connector.close()
