// The two lists between which Django moves groups and rights mark their hints with a label on an
// element that can have none; as a picture it can.
window.addEventListener("load", () =>
  // After Django's own listener, which makes them.
  setTimeout(() => {
    document
      .querySelectorAll(".selector .help-tooltip[aria-label]")
      .forEach((hint) => hint.setAttribute("role", "img"));
  }),
);
