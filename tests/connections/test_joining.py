from __future__ import annotations

import pytest

from connections.joining import check_sides
from connections.models import Account, Connection, Container
from connectors.errors import AskStaff


def container(account: str, remote_id: str, identity: str = "") -> Container:
    row, _ = Account.objects.get_or_create(
        name=account, defaults={"app": "carddav", "identity": identity or account}
    )
    return Container.objects.get_or_create(account=row, remote_id=remote_id, name=remote_id)[0]


@pytest.fixture
def joined(db: None) -> Connection:
    a, b = container("home", "/friends/"), container("work", "/all/")
    return Connection.objects.create(name="books", a=a, b=b)


def refusal(a: Container, b: Container) -> str:
    with pytest.raises(AskStaff) as error:
        check_sides(a, b, Connection(name="new"))
    return str(error.value)


def test_other_containers_may_be_joined(joined: Connection) -> None:
    check_sides(joined.a, container("work", "/few/"), Connection(name="new"))
    check_sides(joined.a, joined.b, joined)


def test_two_accounts_of_one_login_may_reach_different_containers(joined: Connection) -> None:
    check_sides(
        container("home 2", "/enemies/", identity="home"),
        container("work", "/few/"),
        Connection(name="new"),
    )


def test_one_container_on_both_sides_is_refused(joined: Connection) -> None:
    twin = container("home 2", "/friends/", identity="home")
    both = "Both sides are home · /friends/. Give one another container."
    assert refusal(joined.a, joined.a) == both
    assert refusal(joined.a, twin) == both


def test_the_same_two_containers_are_refused_either_way_round(joined: Connection) -> None:
    remedy = "Change that one, or give this one another container."
    assert refusal(joined.b, joined.a) == (
        f"work · /all/ and home · /friends/ are joined by connection books already. {remedy}"
    )


def test_a_container_by_a_second_account_is_refused(joined: Connection) -> None:
    twin = container("home 2", "/friends/", identity="home")
    assert refusal(twin, container("work", "/few/")) == (
        "Connection books reaches /friends/ by the account home. Use that account here too."
    )
