"""What somebody does with a connection that is there: watches, reads, decides and takes back, each
on its page."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Locator, expect

from sync.models import Run
from tests.browser.apps import Owner
from tests.browser.at_work import AtWork
from tests.browser.syncing import synced


class Living(AtWork):
    """Of the newest connection."""

    def open(self) -> None:
        self.boss.go("connections_connection_change", self.connection.pk)
        self.arrive(self.connection.name)

    # --- Runs -----------------------------------------------------------------------------------

    def start(self) -> None:
        """The draft, when its preview was looked at; the page of the connection then shows it
        under way."""
        self.go_to("Preview")
        self.arrive("Preview")
        self.press("Make the preview")
        self.carry_out("What it would do")
        self.follow("Go on to the start")
        self.arrive("Start")
        self.press("Start syncing")
        self.arrive(self.connection.name)

    def carry_out(self, *told: str, state: str = Run.State.DONE) -> Run:
        """A worker does what waits; the page shows that it waits, and by itself what was done."""
        self.see_it_wait()
        self.look_at("a run that waits")
        run = synced(self.connection)
        assert run.state == state, run.why
        self._see_end(run, *told)
        return run

    def watch(self, *told: str) -> None:
        """The same, and with each thing that it begins to do the page is loaded anew."""
        stages: list[str] = []

        def look(run: Run) -> None:
            if run.stage and run.stage not in stages:
                stages.append(run.stage)
                self.page.reload()
                self._see(run)

        run = synced(self.connection, look)
        assert run.state == Run.State.DONE, run.why
        self._see_end(run, *told)
        assert stages == [Run.Stage.READING, Run.Stage.PLANNING, Run.Stage.WRITING]

    def _see(self, run: Run) -> None:
        """How far it is, as its row says."""
        bar = self.page.get_by_role("progressbar", name="How far it is")
        expect(bar).to_be_visible()
        expect(
            self.page.get_by_text(f"{run.get_kind_display()} {run.pk} {run.phase}")
        ).to_be_visible()
        self.look_at("a run under way")

    def _see_end(self, run: Run, *told: str) -> None:
        for text in told:
            self.boss.expect_text(text)
        expect(self.page.get_by_role("progressbar")).to_have_count(0)
        self.look_at(f"a {run.kind} that is {run.state}")

    def sync_now(self, *told: str, state: str = Run.State.DONE) -> Run:
        self.open()
        self.press("Sync now")
        return self.carry_out(*told, state=state)

    # --- The audit log --------------------------------------------------------------------------

    def open_log(self) -> None:
        self.open()
        self.follow("Audit log")
        expect(self.page.get_by_role("button", name="Export as CSV")).to_be_visible()
        self.look_at("the audit log")

    def filter_by(self, what: str, chosen: str) -> None:
        self.hands.press(self.page.get_by_role("button", name="Filters", exact=True))
        self.hands.pick(self.page.get_by_label(f"By {what}"), chosen)
        self.press("Apply Filters")
        asked = self.page.get_by_label("Filters that are on")
        expect(asked).to_contain_text(f"{what}: {chosen}")
        self.look_at("the audit log, filtered")

    def search(self, name: str) -> None:
        field = self.page.get_by_placeholder("Name, e-mail address or id of a contact")
        self.hands.write(field, name)
        field.press("Enter")
        self.page.wait_for_url("**q=**")

    def expect_steps(self, *rows: tuple[str, ...]) -> None:
        """In the order of the list; of each so much is said."""
        shown = self.page.locator("#result_list tbody tr")
        expect(shown).to_have_count(len(rows))
        for line, texts in zip(shown.all(), rows, strict=True):
            for text in texts:
                expect(line).to_contain_text(text)

    def export(self) -> list[dict[str, str]]:
        """The lines of the file."""
        with self.page.expect_download() as loaded:
            self.press("Export as CSV")
        with loaded.value.path().open(newline="") as file:
            return list(csv.DictReader(file))

    # --- Decisions ------------------------------------------------------------------------------

    def review(self, kind: str = "", *told: str) -> None:
        """What waits, or what is listed there under this name."""
        self.open()
        self.go_to("To review")
        self.arrive("To review")
        if kind:
            kinds = self.page.get_by_role("navigation", name="What waits, and what was decided")
            self.hands.press(kinds.get_by_role("link", name=kind))
            expect(kinds.locator("[aria-current]")).to_contain_text(kind)
            self.look_at(f"what is listed under {kind}")
        for text in told:
            self.boss.expect_text(text)

    def card(self, name: str) -> Locator:
        """In the review queue: what is to be decided about somebody."""
        return self.page.get_by_role("group", name=re.compile(f"^{name}"))

    def answer(self, name: str, choice: str) -> None:
        card = self.card(name)
        radio = card.get_by_role("radio", name=choice)
        if radio.count():
            self.hands.choose(radio)
        else:
            self.hands.tick(card.get_by_role("checkbox", name=choice))

    def decide(self, *told: str) -> Run:
        self.press("Carry out")
        return self.carry_out(*told)

    def delete(self, name: str) -> None:
        """Out of the Trash inbox, and out of the app."""
        self.hands.tick(self.page.get_by_role("checkbox", name=name))
        self.press("Delete those …")
        self.arrive("Delete this contact?")
        self.boss.expect_text(name)
        self.press("Delete this contact")
        self.carry_out("Deleted in A")

    # --- Undo -----------------------------------------------------------------------------------

    def undo(self, run: Run, *told: str) -> Run:
        """``told``: what would be put back."""
        self.press("Undo this run")
        self.arrive(f"Undo run {run.pk}")
        self.carry_out("What would be put back", *told)
        self.press("Put it back")
        return self.carry_out("Undone")

    # --- At the apps ----------------------------------------------------------------------------

    def edit(self, owner: Owner, name: str, **fields: str) -> None:
        """By the owner, on the page of their app, in another tab; ``fields``: by their labels."""
        page = self.boss.at_the_app(owner)
        page.get_by_role("link", name=name, exact=True).click()
        for label, value in fields.items():
            page.get_by_label(label.replace("_", " "), exact=True).fill(value)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.close()
