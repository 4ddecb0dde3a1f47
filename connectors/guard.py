"""Which network addresses an account may point at.

Staff enter URLs, so without this an account could be pointed at the machine's own services or
at a cloud's metadata. The *connected* address is judged, after DNS and before anything is
sent: a name that resolves differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from ipaddress import IPv4Address, IPv6Address

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connectors.errors import AskStaff

#: Metadata services of clouds that are not link-local: AWS over IPv6, Alibaba.
_METADATA = frozenset({"fd00:ec2::254", "100.100.100.200"})
#: IPv6 prefixes that carry an IPv4 address in the last 32 bits (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def check_address(address: str, allow_private: bool) -> None:
    """Raise ``AskStaff`` unless connections to this IP address are allowed."""
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or str(ip) in _METADATA:
        raise AskStaff(
            f"The address {ip} is reserved and never connected to.",
            "Enter the public URL of the server.",
        )
    if not ip.is_global and not allow_private:
        raise AskStaff(
            f"The address {ip} is private or belongs to this machine.",
            "Enter the public URL of the server, or let the operator set "
            "ALLOW_PRIVATE_ADDRESSES to on.",
        )


def check_literal(host: str, allow_private: bool) -> None:
    """The same for a host written as an address; names are judged when connected."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    check_address(host.strip("[]"), allow_private)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip.sixtofour:
            return ip.sixtofour
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


@cache
def pool_classes(allow_private: bool) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme whose connections judge their peer before use."""

    def judged(sock: socket.socket) -> socket.socket:
        try:
            check_address(sock.getpeername()[0], allow_private)
        except BaseException:
            sock.close()
            raise
        return sock

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return judged(super()._new_conn())

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return judged(super()._new_conn())

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


#: Of the code of this context, if it is watched: may it connect to private addresses, and what was
#: refused so far.
_watched: ContextVar[tuple[bool, list[AskStaff]] | None] = ContextVar("watched", default=None)


@contextmanager
def watching(allow_private: bool) -> Iterator[list[AskStaff]]:
    """For a library that opens connections of its own: meanwhile no socket of this thread connects
    to an address that is not allowed, wherever a name or a redirect led. What is refused is in the
    list; the library is told that it cannot connect, as if nobody were there."""
    _watch_sockets()
    refused: list[AskStaff] = []
    token = _watched.set((allow_private, refused))
    try:
        yield refused
    finally:
        _watched.reset(token)


@cache
def _watch_sockets() -> None:
    """Once, and for good: Python takes no hook back (https://peps.python.org/pep-0578/)."""
    sys.addaudithook(_judge_socket)


def _judge_socket(event: str, arguments: tuple[object, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        return
    watched, address = _watched.get(), arguments[1]
    if watched is None or address is None:  # a socket that is connected needs no address
        return
    allow_private, refused = watched
    try:
        check_address(str(address[0]) if isinstance(address, tuple) else "", allow_private)
    except AskStaff as error:
        refused.append(error)
    except ValueError:
        # A name that is not looked up yet, or a socket of this machine.
        refused.append(AskStaff("That is no address on the network.", "Enter another one."))
    else:
        return
    raise ConnectionRefusedError("The address is not allowed.")
