"""What rows say, for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from connections.models import Connection
from sync.audit import in_words
from sync.how_far import how_far
from sync.models import Run, Step, SyncRecord

#: Colours of Unfold's labels, by what is displayed.
STATE_LABEL = {
    Connection.State.DRAFT.label: "info",
    Connection.State.ACTIVE.label: "success",
    Connection.State.PAUSED.label: "warning",
}
RUN_LABEL = {
    Run.State.QUEUED.label: "info",
    Run.State.RUNNING.label: "primary",
    Run.State.DONE.label: "success",
    Run.State.HELD.label: "warning",
    Run.State.FAILED.label: "danger",
    Run.State.REFUSED.label: "danger",
    Run.State.BUSY.label: "warning",
}
RESULT_LABEL = {
    Step.Result.PLANNED.label: "info",
    Step.Result.SENT.label: "warning",
    Step.Result.DONE.label: "success",
    Step.Result.REFUSED.label: "danger",
    Step.Result.FAILED.label: "danger",
    Step.Result.UNKNOWN.label: "warning",
}
RECORD_LABEL = {
    SyncRecord.State.NEW.label: "info",
    SyncRecord.State.IN_SYNC.label: "success",
    SyncRecord.State.EXCLUDED.label: "info",
    SyncRecord.State.DUPLICATE.label: "warning",
    SyncRecord.State.TO_REVIEW.label: "warning",
    SyncRecord.State.FAILED.label: "danger",
    SyncRecord.State.DELETED_OPPOSITE.label: "warning",
    SyncRecord.State.APART.label: "info",
}


def done_in(run: Run) -> str:
    """What a run did, or of a preview would do, in a line. What was held did nothing, which is not
    that there was nothing to do."""
    counts = run.counts
    if not counts or run.state == Run.State.HELD:
        return ""
    parts = [
        f"{side.upper()}: {counts[side][verb]} {verb}"
        for side in "ab"
        for verb in ("created", "updated", "marked")
        if counts[side][verb]
    ]
    if counts["linked"]:
        parts.append(f"{counts['linked']} linked")
    if conflicts := counts["conflicts"]:
        parts.append(f"{conflicts} conflict{'' if conflicts == 1 else 's'}")
    return ", ".join(parts) or ("nothing to do" if run.state == Run.State.DONE else "")


def figure(number: int) -> str:
    """With commas, so that it is read at a glance."""
    return f"{number:,}"


def told(run: Run) -> str:
    """What a run did, or of one that has not ended how far it is, in a line."""
    return done_in(run) if run.finished_at else str(how_far(run, timezone.now()))


def lasted(run: Run) -> str:
    if not run.started_at:
        return ""
    end = run.finished_at or timezone.now()
    seconds = (end - run.started_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {seconds % 60:.0f} s"


def ago(moment: datetime | None) -> str:
    """How long ago, in one unit; longer than two days as the date."""
    if moment is None:
        return "never"
    seconds = (timezone.now() - moment).total_seconds()
    for most, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172_800, 3600, "h")):
        if seconds < most:
            return f"{max(0, seconds) / size:.0f} {unit} ago"
    return timezone.localtime(moment).strftime("%Y-%m-%d")


def field_label(name: str) -> str:
    return name.removeprefix("custom:").replace("_", " ").capitalize()


def moment(when: datetime) -> SafeString:
    text = timezone.localtime(when).strftime("%Y-%m-%d %H:%M")
    return format_html('<span class="desk-nowrap">{}</span>', text)


def changes(step: Step) -> SafeString:
    """A line a field: before → after, and the value that gave way. All of a new contact in one
    paragraph: there is nothing to compare."""
    if step.verb == "create":
        filled = (
            (field_label(name), in_words(change.get("after")))
            for name, change in step.fields.items()
        )
        parts = format_html_join(" · ", '<span class="desk-field">{}</span>{}', filled)
        return format_html('<div class="desk-change">{}</div>', parts)
    return format_html_join(
        "",
        '<div class="desk-change"><span class="desk-field">{}</span>{}{}</div>',
        (
            (field_label(name), before_after(change), lost(change))
            for name, change in step.fields.items()
        ),
    )


def value(data: Any) -> SafeString:
    text = in_words(data)
    return format_html("<span>{}</span>", text) if text else format_html("<i>{}</i>", "empty")


def before_after(change: dict[str, Any]) -> SafeString:
    if not in_words(change.get("before")):
        return format_html("<ins>{}</ins>", in_words(change.get("after")) or "empty")
    return format_html(
        "<del>{}</del> → <ins>{}</ins>",
        in_words(change["before"]),
        in_words(change.get("after")) or "empty",
    )


def lost(change: dict[str, Any]) -> SafeString:
    if not change.get("lost"):
        return SafeString("")
    return format_html(' <span class="desk-lost">gave way: {}</span>', in_words(change["lost"]))
