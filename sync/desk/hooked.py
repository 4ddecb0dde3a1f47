"""Where apps post that something changed. Whoever does not know the secret of an address learns
that there is nothing, and what is posted is looked at no further than to see who signed it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from connections.vault import NoKey
from sync.watch.hooks import hook_of, is_from_app, take

#: Bytes of a post. Those of Mailchimp have a few hundred, with long merge fields some thousand.
MOST = 64 * 1024


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def hooked(request: HttpRequest, secret: str) -> HttpResponse:
    """Apps ask with a GET whether somebody is there."""
    hook = hook_of(secret)
    if hook is None:
        raise Http404
    if request.method != "POST":
        return HttpResponse("Somebody is here.", content_type="text/plain")
    if not _is_short(request.META.get("CONTENT_LENGTH") or "0"):
        return HttpResponse("Too long.", status=413, content_type="text/plain")
    try:
        body = request.read(MOST)
    except UnreadablePostError:
        return HttpResponse("It broke off.", status=400, content_type="text/plain")
    now = timezone.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        if not is_from_app(hook, headers, body, now):
            return HttpResponse("Not signed, or too late.", status=403, content_type="text/plain")
    except NoKey:
        return HttpResponse("Try again later.", status=503, content_type="text/plain")
    # What comes a second time is answered as if it were news, or the app would go on repeating it.
    said = "Noted." if take(hook, secret, body, now) else "Known."
    return HttpResponse(said, content_type="text/plain")


def _is_short(length: str) -> bool:
    return length.isascii() and length.isdecimal() and len(length) < 10 and int(length) <= MOST
