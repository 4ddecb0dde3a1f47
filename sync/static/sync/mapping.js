// The field mapping: lines are added in the page, and told at once what is possible between their
// fields. Without this script the buttons do the same by way of the server.
const form = document.querySelector("#mapping");
const lines = form.querySelector("[data-lines]");
const blank = document.querySelector("[data-blank]");
const unsaved = form.querySelector("[data-unsaved]");

function add(chosen) {
  const line = blank.content.firstElementChild.cloneNode(true);
  for (const each of [line, ...line.querySelectorAll("[id], [name]")]) {
    for (const attribute of ["id", "name"]) {
      const value = each.getAttribute(attribute);
      if (value) each.setAttribute(attribute, value.replace("__n__", form.dataset.next));
    }
  }
  form.dataset.next = Number(form.dataset.next) + 1;
  lines.append(line);
  const [side, ...name] = chosen.split(" ");
  if (side) fieldOf(line, side).value = name.join(" ");
  fieldOf(line, side === "a" ? "b" : "a").focus();
  line.scrollIntoView({ block: "nearest" });
  changed();
}

const fieldOf = (line, side) => line.querySelector(`select[name="${line.id}-${side}"]`);

async function fit(line) {
  const asked = new URLSearchParams({ line: line.id });
  for (const side of ["a", "b"]) asked.set(side, fieldOf(line, side).value);
  const isStill = () => ["a", "b"].every((side) => fieldOf(line, side).value === asked.get(side));
  try {
    const answer = await fetch(`${form.dataset.fit}?${asked}`);
    if (answer.ok && !answer.redirected && isStill()) show(line, await answer.json());
  } catch (error) {
    // What is not possible is told when it is saved, too.
    if (!(error instanceof TypeError)) throw error;
  }
}

function show(line, told) {
  const arrow = line.querySelector('select[name$="-arrow"]');
  const kept = arrow.value;
  const options = told.arrows.map(([value, label]) => new Option(label, value));
  arrow.replaceChildren(arrow.options[0], ...options);
  arrow.value = told.arrows.some(([value]) => value === kept) ? kept : "";
  const isWrong = told.fits === false;
  line.querySelector("[data-notes]").replaceChildren(
    ...told.notes.map((note) => {
      const words = document.createElement("p");
      words.className = isWrong ? "map-error" : "";
      words.textContent = note;
      return words;
    }),
  );
  for (const icon of line.querySelectorAll("[data-icon]")) {
    icon.textContent = told.icons[icon.dataset.icon] ?? "add";
  }
  line.querySelector("[data-values]").innerHTML = told.values;
}

function changed() {
  if (unsaved) unsaved.textContent = "Not saved yet.";
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-add]")) {
    event.preventDefault();
    add(button.value);
  } else if (button?.name === "_contact") {
    // It goes when what it asked for is there.
    document.querySelector("#sample").focus();
  }
});

form.addEventListener("change", (event) => {
  const control = event.target;
  if (control.name === "find") return;
  changed();
  const line = control.closest("[data-new]");
  if (!line) return;
  if (control.name === `${line.id}-remove`) {
    line.remove();
    form.querySelector("[data-add]").focus();
  } else if (control === fieldOf(line, "a") || control === fieldOf(line, "b")) {
    fit(line);
  }
});

// Enter would press the first button of the page, wherever it is typed.
form.addEventListener("keydown", (event) => {
  const isText = event.target.matches('input:not([name="find"])');
  if (event.key === "Enter" && isText) event.preventDefault();
});
