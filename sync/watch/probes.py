"""Addresses for machines that look after the installation: nobody is signed in there."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from sync.watch.health import as_json, checks
from sync.watch.metrics import Numbers


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


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has METRICS_TOKEN; without such a setting there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(
            "The token is not METRICS_TOKEN.\n",
            status=401,
            headers={"WWW-Authenticate": "Bearer"},
            content_type="text/plain",
        )
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Numbers(timezone.now()))
    written, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(written(registry), content_type=content_type)
