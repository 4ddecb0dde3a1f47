"""The settings as an operator meets them: read by a process in an environment of his."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).parent.parent.parent
SHOW = """
import json
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in %r}, default=str))
"""


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """What an operator has to set, and nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(tmp_path / "var"),
        "SECRET_KEY": "0123456789" * 6,
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "PUBLIC_URL": "https://sync.example.org",
    }


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_in(environment: dict[str, str], *names: str) -> dict[str, Any]:
    """Without the apps, which take most of the time that ``manage.py`` needs to start."""
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", SHOW % (names,)],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_production_settings_pass_the_deployment_check(production: dict[str, str]) -> None:
    answer = manage(production, "check", "--deploy", "--fail-level", "WARNING")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_production_settings_take_hosts_from_the_public_url(production: dict[str, str]) -> None:
    names = ("DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "ALLOW_PRIVATE_ADDRESSES")
    assert settings_in(production, *names) == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["sync.example.org"],
        "CSRF_TRUSTED_ORIGINS": ["https://sync.example.org"],
        "ALLOW_PRIVATE_ADDRESSES": False,
    }


def test_a_public_url_without_encryption_lets_people_sign_in(production: dict[str, str]) -> None:
    environment = {**production, "PUBLIC_URL": "http://nas.home.arpa:8000"}
    names = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    assert list(settings_in(environment, *names).values()) == [False, False, 0]


def test_the_header_of_a_proxy_is_believed_only_when_said_so(production: dict[str, str]) -> None:
    behind = {**production, "BEHIND_PROXY": "on"}
    names = ("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT")
    assert list(settings_in(production, *names).values()) == [None, 0]
    found = settings_in(behind, *names)
    assert list(found.values()) == [["HTTP_X_FORWARDED_PROTO", "https"], 1]


@pytest.mark.parametrize(
    ("key", "id_"),
    [("", "E005"), ("too-short", "E006"), ("ab" * 30, "E006")],
    ids=["missing", "short", "of two letters"],
)
def test_an_unusable_secret_key_is_a_failed_check_that_says_how_to_make_one(
    production: dict[str, str], key: str, id_: str
) -> None:
    answer = manage({**production, "SECRET_KEY": key}, "check")
    assert answer.returncode == 1
    assert f"(connections.{id_}) SECRET_KEY is " in answer.stderr
    assert 'python -c "import secrets; print(secrets.token_urlsafe(50))"' in answer.stderr
    assert "Traceback" not in answer.stderr
    assert key not in answer.stderr or not key


@pytest.mark.parametrize("name", ["SECRET_KEY", "CREDENTIALS_KEYS"])
def test_a_web_server_without_a_key_does_not_start(production: dict[str, str], name: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=ROOT,
        env={**production, name: ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert f"{name} is not set." in answer.stderr


@pytest.mark.parametrize(
    ("keys", "id_"),
    [("", "connections.E001"), ("too-short", "connections.E002")],
    ids=["missing", "short"],
)
def test_unusable_credentials_keys_are_a_failed_check(
    production: dict[str, str], keys: str, id_: str
) -> None:
    answer = manage({**production, "CREDENTIALS_KEYS": keys}, "check")
    assert answer.returncode == 1
    assert f"({id_})" in answer.stderr
    assert "Fernet.generate_key()" in answer.stderr


def test_debug_needs_nothing_and_keeps_its_keys(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(tmp_path / "var"),
        "DEBUG": "on",
    }
    names = ("SECRET_KEY", "CREDENTIALS_KEYS")
    first = settings_in(environment, *names)
    assert first == settings_in(environment, *names)
    assert len(str(first["SECRET_KEY"])) >= 50
    assert manage(environment, "check").returncode == 0


def test_an_env_file_is_read_and_the_environment_wins(
    production: dict[str, str], tmp_path: Path
) -> None:
    env_file = tmp_path / "env"
    env_file.write_text("TIME_ZONE=Europe/Brussels\nDEFAULT_REGION=be\n")
    environment = {**production, "ENV_FILE": str(env_file), "TIME_ZONE": "Asia/Tokyo"}
    assert settings_in(environment, "TIME_ZONE", "DEFAULT_REGION") == {
        "TIME_ZONE": "Asia/Tokyo",
        "DEFAULT_REGION": "BE",
    }


def test_sqlite_is_set_up_for_several_processes(production: dict[str, str]) -> None:
    environment = {**production, "DATABASE_URL": f"sqlite:///{production['VAR_DIR']}/x.sqlite3"}
    default = settings_in(environment, "DATABASES")["DATABASES"]["default"]
    assert default["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert default["OPTIONS"]["timeout"] == 20
    assert default["CONN_MAX_AGE"] >= 60


def test_a_machine_that_is_cut_off_from_postgresql_is_known_on_both_ends(
    production: dict[str, str],
) -> None:
    url = "postgres://accord:secret@db/accord?sslmode=require&connect_timeout=3"
    found = settings_in({**production, "DATABASE_URL": url}, "DATABASES")["DATABASES"]["default"]
    options = found["OPTIONS"]
    assert (options["sslmode"], options["connect_timeout"]) == ("require", 3)
    assert options["keepalives_idle"] == 30
    assert "-c tcp_keepalives_idle=30" in options["options"]
    assert "-c idle_in_transaction_session_timeout=120000" in options["options"]
    assert found["CONN_HEALTH_CHECKS"] is True


def test_redis_takes_over_queue_and_cache(production: dict[str, str]) -> None:
    found = settings_in({**production, "REDIS_URL": "redis://r/1"}, "Q_CLUSTER", "CACHES")
    assert found["Q_CLUSTER"]["redis"] == "redis://r/1"
    assert "orm" not in found["Q_CLUSTER"]
    assert found["CACHES"]["default"]["LOCATION"] == "redis://r/1"


def test_without_redis_the_processes_of_the_machine_share_a_cache(
    production: dict[str, str],
) -> None:
    cache = settings_in(production, "CACHES")["CACHES"]["default"]
    assert cache["LOCATION"] == f"{production['VAR_DIR']}/cache"
    assert "locmem" not in cache["BACKEND"]


def test_passkeys_over_plain_http_are_for_trying_out_only(production: dict[str, str]) -> None:
    name = "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"
    assert settings_in(production, name) == {name: False}
    assert settings_in({**production, "DEBUG": "on"}, name) == {name: True}


def test_static_files_are_collected_with_names_that_can_be_cached(
    production: dict[str, str],
) -> None:
    answer = manage(production, "collectstatic", "--noinput", "--verbosity", "0")
    assert (answer.returncode, answer.stderr) == (0, "")
    manifest = Path(production["VAR_DIR"]) / "static" / "staticfiles.json"
    assert json.loads(manifest.read_text())["paths"]["admin/css/base.css"] != "admin/css/base.css"
