// Whoever opens the filters of a list goes on in them, and comes back to where they were.
const opener = document.querySelector("[data-filters]");
const sheet = document.getElementById("changelist-filter");

if (opener && sheet) {
  const first = "input:not([type=hidden]), select, a[href]";
  // Unfold shows them once it was told of the click.
  opener.addEventListener("click", () => setTimeout(() => sheet.querySelector(first)?.focus()));
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape") opener.focus();
  });
}
