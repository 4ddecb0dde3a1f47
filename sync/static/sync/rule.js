// The rows of a rule follow what is chosen in them, are added and taken out in the page. Without
// this script the buttons do the same by way of the server. What is told of the rule is kept up to
// date by htmx, which listens to the event that is sent here.
const form = document.getElementById("rule");

const changed = () => form.dispatchEvent(new CustomEvent("rule-changed"));
const partOf = (element) => element.closest("[data-part]");

function renumber(part) {
  part.querySelectorAll("[data-rows] [data-number]").forEach((number, at) => {
    number.textContent = at + 1;
  });
}

// Choosing a kind, a field or an operator changes what stands behind it in the row. What was typed
// stays as far as there is a place for it. What was chosen in is left alone: by keyboard, each letter
// of what is wanted chooses anew.
const LEADS = ["kind", "field", "op"];
// By row, what is asked and the first control that was chosen in since the row was last answered.
const open = new WeakMap();

async function follow(row, leading) {
  const part = partOf(row);
  const asked = new URLSearchParams({ row: row.id });
  for (const name of LEADS) {
    const control = row.querySelector(`[name="${row.id}-${name}"]`);
    if (control) asked.set(name, control.value);
  }
  const turn = { first: firstOf(row, open.get(row)?.first, leading) };
  open.set(row, turn);
  const answer = await ask(`${part.dataset.choices}?${asked}`);
  // A later choice has overtaken this one, and takes its place as well.
  if (open.get(row) !== turn) return;
  open.delete(row);
  if (answer === null) return;
  const typed = entered(row);
  const focused = document.activeElement.id;
  takeOver(turn.first, answer);
  enter(row, typed);
  if (document.activeElement.id !== focused) document.getElementById(focused)?.focus();
  await listValues(part, row);
  changed();
}

function firstOf(row, ...controls) {
  const names = LEADS.map((name) => `${row.id}-${name}`);
  const known = controls.filter(Boolean);
  return known.sort((one, two) => names.indexOf(one.name) - names.indexOf(two.name))[0];
}

function takeOver(leading, answer) {
  const here = leading.closest("[data-of]");
  const box = document.createElement("template");
  box.innerHTML = answer;
  const there = box.content.querySelector(`[name="${leading.name}"]`).closest("[data-of]");
  while (here.nextSibling) here.nextSibling.remove();
  while (there.nextSibling) here.parentElement.append(there.nextSibling);
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch (error) {
    // Nobody answers: the row stays as it is, and saving tells what is wrong with it.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function entered(row) {
  const texts = [...row.querySelectorAll(`[name="${row.id}-among"]:checked`)].map((tick) => tick.value);
  const entry = document.getElementById(`id_${row.id}-value`);
  return [...texts, ...(entry?.value ? entry.value.split("\n") : [])];
}

function enter(row, texts) {
  row.querySelectorAll(`[name="${row.id}-among"]`).forEach((tick) => {
    tick.checked = texts.includes(tick.value);
  });
  const entry = document.getElementById(`id_${row.id}-value`);
  if (entry instanceof HTMLTextAreaElement) entry.value = texts.join("\n");
  else if (entry instanceof HTMLSelectElement) {
    entry.value = [...entry.options].find((option) => texts.includes(option.value))?.value ?? "";
  } else if (entry) entry.value = texts[0] ?? "";
}

// A list of values is in the page once, for all rows.
async function listValues(part, row) {
  const entry = row.querySelector("[data-values]");
  if (!entry || document.getElementById(entry.getAttribute("list"))) return;
  const asked = new URLSearchParams({ of: entry.dataset.values });
  const answer = await ask(`${part.dataset.valuesAt}?${asked}`);
  if (answer) form.querySelector("[data-lists]").insertAdjacentHTML("beforeend", answer);
}

function add(part) {
  const total = part.querySelector('[name$="-TOTAL_FORMS"]');
  const blank = part.querySelector("[data-blank]").innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const rows = part.querySelector("[data-rows]");
  rows.insertAdjacentHTML("beforeend", blank);
  renumber(part);
  rows.lastElementChild.querySelector("select").focus();
}

function takeOut(row) {
  const part = partOf(row);
  row.remove();
  renumber(part);
  part.querySelector("[data-add]").focus();
  changed();
}

form.addEventListener("click", (event) => {
  const adding = event.target.closest("[data-add]");
  if (adding) {
    event.preventDefault();
    add(partOf(adding));
  }
  const removing = event.target.closest("[data-remove]");
  if (removing) takeOut(removing.closest("[data-row]"));
});

form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-leads]")) follow(target.closest("[data-row]"), target);
});

form.classList.add("is-alive");
