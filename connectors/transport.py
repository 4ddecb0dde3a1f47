"""What went wrong on the way to a server, named by the remedy."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
)

from connectors.errors import AppError, AskStaff, TryAgain, Unanswered


def fault_of(error: BaseException, host: str, safe: bool) -> AppError:
    """``safe``: the request changes nothing, so that a lost answer is no loss."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return AskStaff(
                f"The certificate of {host} is not trusted: {cause.verify_message}.",
                "Have the server's certificate put in order, or check the host name in the URL.",
            )
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return AskStaff(
                f"No secure connection to {host} could be made ({cause.reason}).",
                "Check that the URL begins with https:// and names the right port.",
            )
    unresolved = next((item for item in causes if isinstance(item, socket.gaierror)), None)
    if unresolved and unresolved.errno != socket.EAI_AGAIN:
        return AskStaff(f"There is no host named {host}.", "Check the URL for typing errors.")
    if unresolved or any(isinstance(cause, NameResolutionError) for cause in causes):
        return TryAgain(f"The address of {host} cannot be looked up at the moment.")
    if any(isinstance(cause, ProxyError) for cause in causes):
        return TryAgain("The proxy of this machine does not answer.")
    if any(isinstance(cause, ConnectTimeoutError | NewConnectionError) for cause in causes):
        return TryAgain(f"{host} cannot be reached.")
    if any(isinstance(cause, DecodeError) for cause in causes):
        message = f"{host} sent an answer that cannot be unpacked."
    else:
        message = f"{host} did not answer completely."
    return TryAgain(message) if safe else Unanswered(message)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps: requests and urllib3 nest in three ways."""
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        item = queue.pop(0)
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        queue += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
