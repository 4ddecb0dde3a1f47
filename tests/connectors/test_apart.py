"""Connectors know neither each other nor the stand-ins, and the stand-ins know nothing of them: one
mistake cannot hide in both, and an app can be taken out by deleting its folder."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import grimp
import pytest

from connectors import registry
from connectors.sandbox.sandbox import STAND_INS

#: The folder of each app's connector.
FOLDERS = {app: place.rpartition(".")[0] for app, (_, place) in registry.APPS.items()}
SANDBOX = "connectors.sandbox"


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("connectors")


def chains(importer: str, imported: str) -> list[tuple[str, ...]]:
    """How the one comes to know the other, be it over others."""
    return sorted(imports().find_shortest_chains(importer, imported, as_packages=True))


@pytest.mark.parametrize(("app", "other"), [*permutations(FOLDERS, 2)])
def test_a_connector_knows_no_other(app: str, other: str) -> None:
    assert chains(FOLDERS[app], FOLDERS[other]) == []


@pytest.mark.parametrize("app", [*FOLDERS])
def test_a_connector_does_not_know_the_stand_ins(app: str) -> None:
    assert chains(FOLDERS[app], SANDBOX) == []
    assert chains("connectors.session", SANDBOX) == []


def test_stand_ins_share_nothing_with_connectors() -> None:
    others = imports().find_children("connectors") - {SANDBOX}
    assert set(FOLDERS.values()) < others
    assert [chain for other in others for chain in chains(SANDBOX, other)] == []


@pytest.mark.parametrize("app", [*STAND_INS])
def test_a_stand_in_knows_no_other(app: str) -> None:
    others = [f"{SANDBOX}.{other}" for other in STAND_INS if other != app]
    assert [chain for other in others for chain in chains(f"{SANDBOX}.{app}", other)] == []
