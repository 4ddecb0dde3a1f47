"""A list with nothing in it says what is listed there, and where that comes from."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

LISTS = (
    "connections_account", "connections_container", "connections_channel", "sync_erasure",
    "sync_export", "sync_syncrecord", "sync_run", "sync_step",
)  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_what_it_is_for(desk: Client, name: str) -> None:
    (page,) = (
        x for x in admin.site._registry.values() if x.opts.label_lower == ".".join(name.split("_"))
    )
    words = page.when_empty
    address = reverse(f"admin:{name}_changelist")
    assert words in desk.get(address).content.decode()
    asked = desk.get(address, {"q": "nobody at all"}).content.decode()
    assert words not in asked or not page.search_fields
