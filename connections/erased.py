"""Who was erased: nothing is left of them but keyed digests of their addresses and of their ids in
the apps, by which they are not taken in again. Without the key, which is encrypted like
credentials, nobody can try out whose address a digest is of."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction

from connections.models import Container, DigestKey, Erased
from connections.vault import seal, unseal
from connectors.connector import Received
from connectors.fields import FieldType, normal

#: Digests that are asked for with one statement.
CHUNK = 400
_KEY = "key"


def of_address(email: str) -> str:
    """What is digested of an e-mail address: wherever somebody has it, it is theirs."""
    return f"email {normal(FieldType.EMAIL, email)}"


def of_contact(container: Container, remote_id: str) -> str:
    """And of a contact, whatever its address is by now. Also where the account was removed here
    meanwhile and is authorised again."""
    account = container.account
    whose = account.identity or str(account.pk)
    return f"contact {account.app} {whose} {container.remote_id} {remote_id}"


def keep_out(words: Iterable[str], erasure: int) -> None:
    """From now on. ``words``: of ``of_address`` and ``of_contact``."""
    key = _make_key()
    rows = [Erased(digest=_digest(key, word), erasure=erasure) for word in words]
    Erased.objects.bulk_create(rows, ignore_conflicts=True)


def let_back(email: str) -> bool:
    """Somebody who was erased with this address, with all that was erased with it, may come again;
    False where nobody was. Containers are read in full the next time, to meet them."""
    row = DigestKey.objects.first()
    if row is None:
        return False
    digest = _digest(_opened(row), of_address(email))
    with transaction.atomic():
        together = Erased.objects.filter(digest=digest).values_list("erasure", flat=True)
        count, _ = Erased.objects.filter(erasure__in=list(together)).delete()
        if count:
            Container.objects.update(cursor="")
    return bool(count)


def erased_among(container: Container, items: Sequence[Received]) -> Collection[str]:
    """The ids of those who were erased. Raises NoKey rather than let one in."""
    if not items or (row := DigestKey.objects.first()) is None:
        return ()
    key = _opened(row)
    whose: dict[str, set[str]] = {}
    for item in items:
        emails = item.contact.texts("emails") if item.contact else ()
        for word in (of_contact(container, item.id), *map(of_address, emails)):
            whose.setdefault(_digest(key, word), set()).add(item.id)
    return {id for digest in _known(whose) for id in whose[digest]}


def _known(digests: Iterable[str]) -> Iterable[str]:
    asked = list(digests)
    for start in range(0, len(asked), CHUNK):
        rows = Erased.objects.filter(digest__in=asked[start : start + CHUNK])
        yield from rows.values_list("digest", flat=True)


def _digest(key: bytes, word: str) -> str:
    return hmac.new(key, word.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _opened(row: DigestKey) -> bytes:
    return bytes.fromhex(unseal(row.sealed)[_KEY])


def _make_key() -> bytes:
    """The first who erases makes it."""
    row, _ = DigestKey.objects.get_or_create(
        pk=1, defaults={"sealed": seal({_KEY: secrets.token_hex(32)})}
    )
    return _opened(row)
