from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from connections.models import Account
from connections.rotation import rotate_all
from connections.vault import NoKey, key_id, rotate, seal, unseal

CREDENTIALS = {"username": "alice", "password": "correct horse ✓"}


def new_key() -> str:
    return Fernet.generate_key().decode()


def test_unseal_gives_back_what_was_sealed() -> None:
    assert unseal(seal(CREDENTIALS)) == CREDENTIALS


def test_sealed_text_names_its_key_and_shows_nothing(settings: Any) -> None:
    sealed = seal(CREDENTIALS)
    assert sealed.split(":")[0] == key_id(settings.CREDENTIALS_KEYS[0])
    assert "alice" not in sealed
    assert settings.CREDENTIALS_KEYS[0] not in sealed


def test_every_key_opens_and_the_first_seals(settings: Any) -> None:
    old, new = new_key(), new_key()
    settings.CREDENTIALS_KEYS = [old]
    sealed_before = seal(CREDENTIALS)
    settings.CREDENTIALS_KEYS = [new, old]
    assert unseal(sealed_before) == CREDENTIALS
    assert seal(CREDENTIALS).split(":")[0] == key_id(new)


def test_another_key_opens_nothing_and_the_error_tells_the_remedy(settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [old := new_key()]
    sealed = seal(CREDENTIALS)
    settings.CREDENTIALS_KEYS = [new := new_key()]
    with pytest.raises(NoKey) as error:
        unseal(sealed)
    assert str(error.value) == (
        f"The credentials were sealed with key {key_id(old)}, which is not among "
        f"CREDENTIALS_KEYS (those are {key_id(new)}). Add that key to "
        "CREDENTIALS_KEYS, after the first, or enter the credentials again."
    )


@pytest.mark.parametrize("damage", ["", "nonsense", "12345678:", "12345678:é"])
def test_damaged_text_opens_as_nothing(damage: str) -> None:
    with pytest.raises(NoKey):
        unseal(damage)


def test_a_changed_character_is_noticed() -> None:
    sealed = seal(CREDENTIALS)
    middle = len(sealed) // 2
    other = "A" if sealed[middle] != "A" else "B"
    with pytest.raises(NoKey):
        unseal(sealed[:middle] + other + sealed[middle + 1 :])


@pytest.mark.parametrize("keys", [[], ["short"], ["é" * 44]])
def test_without_usable_keys_nothing_is_sealed(settings: Any, keys: list[str]) -> None:
    settings.CREDENTIALS_KEYS = keys
    with pytest.raises(NoKey, match=r"Fernet\.generate_key"):
        seal(CREDENTIALS)


def test_rotate_seals_with_the_first_key_once(settings: Any) -> None:
    old, new = new_key(), new_key()
    settings.CREDENTIALS_KEYS = [old]
    sealed = seal(CREDENTIALS)
    settings.CREDENTIALS_KEYS = [new, old]
    rotated = rotate(sealed)
    settings.CREDENTIALS_KEYS = [new]
    assert unseal(rotated) == CREDENTIALS
    assert rotate(rotated) == rotated


def sealed_with(settings: Any, key: str, name: str) -> Account:
    settings.CREDENTIALS_KEYS = [key]
    return Account.objects.create(name=name, app="memory", sealed=seal({"name": name}))


def test_rotatekeys_counts_and_names_what_no_key_opens(db: None, settings: Any) -> None:
    old, new, lost = new_key(), new_key(), new_key()
    for name in ("b", "a"):
        sealed_with(settings, old, name)
    sealed_with(settings, new, "current")
    sealed_with(settings, lost, "locked")
    settings.CREDENTIALS_KEYS = [new, old]
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("rotatekeys", stdout=out)
    assert out.getvalue() == "2 re-encrypted, 1 had the first key already.\n"
    assert error.value.returncode == 1
    assert str(error.value).startswith("No key opens the credentials of: locked.")
    settings.CREDENTIALS_KEYS = [new]
    opened = {row.name: unseal(row.sealed) for row in Account.objects.exclude(name="locked")}
    assert opened == {"a": {"name": "a"}, "b": {"name": "b"}, "current": {"name": "current"}}


def test_rotatekeys_without_keys_is_a_configuration_mistake(db: None, settings: Any) -> None:
    sealed_with(settings, new_key(), "a")
    settings.CREDENTIALS_KEYS = []
    with pytest.raises(CommandError, match="CREDENTIALS_KEYS is empty") as error:
        call_command("rotatekeys")
    assert error.value.returncode == 2


def test_rotation_of_nothing_is_nothing(db: None) -> None:
    assert (rotate_all().rotated, rotate_all().current, rotate_all().locked) == (0, 0, ())


def test_an_account_never_shows_its_credentials(db: None) -> None:
    account = Account.objects.create(name="home", app="carddav", sealed=seal(CREDENTIALS))
    out = StringIO()
    call_command("dumpdata", "connections", stdout=out)
    assert [row["fields"]["sealed"] for row in json.loads(out.getvalue())] == [account.sealed]
    for shown in (out.getvalue(), str(account), repr(account)):
        assert "correct" not in shown
        assert "alice" not in shown
