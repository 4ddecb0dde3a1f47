"""Parts of URLs that are asked for with every request."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit


def origin(url: str) -> str:
    """Scheme, host and port: what may see a password."""
    scheme, _, rest = url.partition("://")
    return _origin(scheme, re.split(r"[/?#]", rest, maxsplit=1)[0])


@lru_cache(maxsize=256)
def _origin(scheme: str, netloc: str) -> str:
    parts = urlsplit(f"{scheme}://{netloc}")
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{parts.hostname or ''}:{port}"


def linked(url: str, link: str) -> str:
    """Where a link in an answer of ``url`` leads; "" where that is no web address."""
    try:
        found = urljoin(url, link)
        parts = urlsplit(found)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # such as a port that is no number
        return ""
    return found if is_address else ""


def target(url: str) -> str:
    """What follows the host: path and query."""
    path = url.partition("#")[0].partition("://")[2].partition("/")[2]
    return "/" + path


def host(url: str) -> str:
    """For messages: no path, no user name."""
    return urlsplit(url).hostname or "The server"
