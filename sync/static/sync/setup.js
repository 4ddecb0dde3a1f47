// The first steps of a set-up. Searching among the apps: cards that do not fit are left out, except
// the one that is chosen. Choosing an account: what was chosen is kept at once, so that the set-up
// can be left by any way, such as a pop-up that comes back to this page.

function searching(side) {
  const box = side.querySelector("[data-search]");
  const cards = [...side.querySelectorAll("[data-card]")];
  const none = side.querySelector("[data-none]");
  const input = box.querySelector("input");
  const look = () => {
    const word = input.value.trim().toLowerCase();
    for (const card of cards) {
      const fits = card.textContent.toLowerCase().includes(word);
      card.hidden = !fits && !card.querySelector("input").checked;
    }
    none.hidden = cards.some((card) => card.textContent.toLowerCase().includes(word));
  };
  box.hidden = false;
  input.addEventListener("input", look);
  // Enter would post the form before anything is chosen.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

function keeping(form) {
  const keep = async () => {
    const chosen = new FormData(form);
    chosen.append("keep", "1");
    try {
      await fetch(form.action, { method: "POST", body: chosen, keepalive: true });
    } catch (error) {
      // It is posted with the button as well.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  const radios = [...form.elements].filter((field) => field.type === "radio");
  radios.forEach((radio) => radio.addEventListener("change", keep));
  if (new URLSearchParams(window.location.search).has("account")) keep();
}

document.querySelectorAll("fieldset:has([data-search])").forEach(searching);
document.querySelectorAll("form[data-keep]").forEach(keeping);
