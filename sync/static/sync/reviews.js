// Many decisions in one go: letters choose an answer and lead on to the next, all of a page are
// chosen at once, and what is chosen is counted. Without this script each is a click, and the
// button carries out what is chosen.
const form = document.querySelector("form[data-decide]");
const cards = form ? [...form.querySelectorAll("[data-card]")] : [];
const count = form?.querySelector("[data-count]");
const nothing = count?.textContent;

const choices = (card) => [...card.querySelectorAll('input[type="radio"], input[type="checkbox"]')];
const isDecided = (card) => choices(card).some((choice) => choice.checked && choice.value);

function tell() {
  const number = cards.filter(isDecided).length;
  const word = form.dataset.unit ?? "decided";
  count.textContent = number ? `${number} of ${cards.length} ${word}` : nothing;
}

function goOn(card) {
  const next = cards[cards.indexOf(card) + 1];
  const target = next
    ? (choices(next).find((choice) => choice.checked) ?? choices(next)[0])
    : form.querySelector("button.desk-primary");
  target.focus({ preventScroll: true });
  (next ?? target).scrollIntoView({ block: "center", behavior: "instant" });
}

function byLetter(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const card = event.target.closest("[data-card]");
  const letter = event.key.toLowerCase();
  const choice = card && choices(card).find((each) => each.dataset.letter === letter);
  if (!choice) return;
  event.preventDefault();
  choice.checked = true;
  tell();
  goOn(card);
}

function chooseAll(choose) {
  for (const card of cards) choose(card);
  tell();
}

function button(label, choose) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "desk-button";
  made.textContent = label;
  made.addEventListener("click", () => chooseAll(choose));
  return made;
}

// Of a card with one candidate: with several a person has to look.
const takes = (letter) => (card) => {
  const choice = choices(card).find((each) => each.dataset.letter === letter);
  if (choice) choice.checked = true;
};
const ticks = (isOn) => (card) => {
  for (const choice of choices(card)) choice.checked = isOn;
};

function offerAll() {
  const tools = form.querySelector("[data-tools]");
  const letters = new Set(cards.flatMap(choices).map((choice) => choice.dataset.letter));
  if (letters.has("l")) {
    const words = { s: "All: same person", d: "All: different people", l: "All: later" };
    for (const [letter, label] of Object.entries(words)) {
      if (letters.has(letter)) tools.append(button(label, takes(letter)));
    }
    form.querySelector("[data-keys]").hidden = false;
    form.classList.add("review-lettered");
  } else {
    tools.append(button("Choose all", ticks(true)), button("None", ticks(false)));
  }
  tools.hidden = false;
}

if (cards.length) {
  form.addEventListener("keydown", byLetter);
  form.addEventListener("change", tell);
  // A browser that comes back to the page fills in what was chosen.
  window.addEventListener("pageshow", tell);
  offerAll();
}
