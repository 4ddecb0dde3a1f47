"""The way out to another site after a form of ours was posted.

Browsers hold what a form is redirected to against the policy's ``form-action`` as well (Content
Security Policy Level 3 §6.4.2), and where the other site sends people from there: an OpenID
provider to the one of their employer, say. Nobody could list these. So such a redirect becomes a
page, which leads on by itself.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme


def led_out(request: HttpRequest, answer: HttpResponse, to: str) -> HttpResponse:
    """In place of ``answer``, if that redirects to another site; ``to`` is what people call it."""
    address = answer.get("Location", "")
    if not address or url_has_allowed_host_and_scheme(address, request.get_host()):
        return answer
    page = render(request, "connections/leaving.html", {"address": address, "to": to})
    add_never_cache_headers(page)
    return page
