// The page in the window: it tells the page that opened it what came out, and closes when all is
// well. Where nobody answers (that page was closed, or this is the same tab) its link leads on.

const page = document.querySelector("[data-attempt]");
const { attempt, state } = page.dataset;
const channel = new BroadcastChannel("accord-authorize");

channel.addEventListener("message", ({ data }) => {
  if (data.attempt !== attempt || !data.heard) return;
  if (state === "done") window.close();
  if (state === "failed") offerToClose();
});
channel.postMessage({ attempt });

// The page that opened this one says the same, and has the button to try again.
function offerToClose() {
  const button = page.querySelector("[data-close]");
  button.addEventListener("click", () => window.close());
  button.hidden = false;
  page.querySelector("[data-go-on]").hidden = true;
}
