"""Addresses for machines that look after the installation: nobody is signed in there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sync.watch.health import as_json, checks


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks for nothing else: a database that is down is not mended by
    starting the web server anew."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    found = as_json(checks(timezone.now()))
    return JsonResponse(found, status=200 if found["ready"] else 503)
