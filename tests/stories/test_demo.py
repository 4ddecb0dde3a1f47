"""A first look, as the README has it: no setting, nothing prepared."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event

import pytest
import requests
from django.conf import settings

from sync.management.demo.show import show
from sync.management.serving import CannotServe
from tests.connectors.sandbox.test_contactually_page import Forms
from tests.demo import demo, manage, served


def test_the_demo_syncs_at_once_and_goes_on_the_next_time(tmp_path: Path) -> None:
    first = demo(tmp_path)
    names = ["crm-phonebook", "newsletter-crm", "crm-clients"]
    assert re.findall(r"([\w-]+): done", first) == names * 2
    assert re.search(r"\d+ linked, \d+ conflicts", first)
    table = [line.split() for line in first.split("Since the beginning:")[1].splitlines()]
    told = {row[0]: list(map(int, row[1:])) for row in table if row and row[0] in names}
    assert told["crm-phonebook"][:3] == [53, 47, 33]
    assert all(row[5] == 0 for row in told.values())
    with served(tmp_path) as second:
        assert "Everything is there from last time." in second.printed
        assert re.findall(r"(\d+) created, (\d+) updated", second.printed) == [("0", "0")] * 6
        assert "1 deleted opposite" in second.printed
        a_phone_number_goes_from_page_to_page(second.apps, tmp_path)


def a_phone_number_goes_from_page_to_page(apps: str, var: Path) -> None:
    """As the README has it: changed on Contactually's page, synced, seen on Google's."""
    place = f"{apps}/contactually/people/contact_2"
    form = Forms(requests.get(place, timeout=10).text).to("/people/contact_2")
    form["phone_numbers.0.number"] = ["+32 471 98 76 54"]
    requests.post(place, data=form, timeout=10).raise_for_status()
    told = manage("sync", "crm-phonebook", ENV_FILE=str(var / "environment"))
    assert "crm-phonebook: done." in told
    (address,) = form["email_addresses.0.address"]
    found = requests.get(f"{apps}/google/", params={"q": address}, timeout=10).text
    (person,) = set(re.findall(r"/google/(people/c\d+)", found))
    assert "+32 471 98 76 54" in requests.get(f"{apps}/google/{person}", timeout=10).text


def test_the_demo_refuses_where_work_is_done_for_real() -> None:
    assert not settings.DEBUG
    with pytest.raises(CannotServe, match="needs DEBUG=on"):
        show(print, port=8000, once=True, stop=Event())
