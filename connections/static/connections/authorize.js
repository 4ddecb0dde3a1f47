// A form with data-authorize opens the app's own consent page in a window, and this page goes on by
// itself when that has come back. Without this script the form is posted in this tab.

const CHANNEL = "accord-authorize";
const WINDOW = "accord-authorize";
const FEATURES = "popup,width=520,height=720";
const POLL = 3_000;
const GRACE = 1_000;
// The app's answer is not taken later than that (connections/door/attempts.py).
const PATIENCE = 10 * 60_000;

class Authorizing {
  constructor(form) {
    this.form = form;
    this.label = form.dataset.appName;
    this.status = form.querySelector("[role=status]");
    this.field = form.elements.attempt;
    this.attempts = new Set();
    this.timers = [];
    this.isLeaving = false;
    form.addEventListener("submit", () => this.begin());
    window.addEventListener("focus", () => this.cameBack());
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.addEventListener("message", ({ data }) => this.announced(data));
  }

  // The window has to be opened while the button's click is handled: later it would be blocked.
  begin() {
    this.stop();
    this.isLeaving = false;
    const popup = window.open("", WINDOW, FEATURES);
    if (!popup) {
      this.form.removeAttribute("target");
      return;
    }
    popup.focus();
    this.form.target = WINDOW;
    if (this.attempts.has(this.field.value)) this.field.value = freshAttempt();
    this.attempts.add(this.field.value);
    this.say(`Waiting for ${this.label}: go on in the other window.`);
    this.timers.push(setInterval(() => this.ask(this.field.value), POLL));
    this.timers.push(setTimeout(() => this.giveUp(), PATIENCE));
  }

  announced({ attempt, heard } = {}) {
    if (heard || !this.attempts.has(attempt)) return;
    this.channel.postMessage({ attempt, heard: true });
    this.ask(attempt);
  }

  // `popup.closed` is no use: it is true as soon as the window shows another origin, whose pages
  // Cross-Origin-Opener-Policy keeps apart from ours.
  cameBack() {
    if (this.timers.length === 0) return;
    const attempt = this.field.value;
    this.timers.push(
      setTimeout(async () => {
        if ((await this.ask(attempt)) !== "waiting" || this.timers.length === 0) return;
        this.say(
          "Nothing came back yet. If you closed the window, press Authorize again; " +
            "nothing was changed.",
        );
      }, GRACE),
    );
  }

  // A window that was given up may still end well.
  async ask(attempt) {
    const outcome = await outcomeAt(this.form.dataset.authorize.replace(/[0-9a-f]{32}/, attempt));
    if (outcome.state === "done") {
      this.stop();
      this.say(outcome.message);
      this.leaveFor(outcome.url);
    } else if (outcome.state === "failed" && attempt === this.field.value) {
      this.stop();
      this.say(`${outcome.message} ${outcome.remedy}`.trim(), true);
    }
    return outcome.state;
  }

  // Once: of two answers under way the second would load the page again, without the message that
  // the first has shown to nobody.
  leaveFor(url) {
    if (this.isLeaving) return;
    this.isLeaving = true;
    window.location.assign(url);
  }

  giveUp() {
    this.stop();
    this.say("Nothing came back. Press Authorize again; nothing was changed.");
  }

  stop() {
    this.timers.forEach(clearTimeout);
    this.timers = [];
  }

  say(text, isTrouble = false) {
    this.status.textContent = text;
    this.status.classList.toggle("desk-trouble", isTrouble);
  }
}

// An answer that cannot be had, or is none of ours (a sign-in page), says nothing about the attempt.
async function outcomeAt(address) {
  try {
    const answer = await fetch(address, {
      headers: { Accept: "application/json" },
      cache: "no-store",
    });
    return answer.ok ? await answer.json() : { state: "waiting" };
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return { state: "waiting" };
    throw error;
  }
}

// As the page's own: 32 hexadecimal digits.
function freshAttempt() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

document.querySelectorAll("form[data-authorize]").forEach((form) => new Authorizing(form));
