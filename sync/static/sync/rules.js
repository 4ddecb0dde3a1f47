// Rules are moved in the page; the order is saved by its own button. Without this script the
// buttons of a rule do the same by way of the server.
const list = document.querySelector("[data-moving]");
const moved = document.querySelector("[data-moved]");
const said = document.querySelector("[data-said]");

const rules = () => [...list.children];

function settle(rule) {
  moved.hidden = false;
  const all = rules();
  all.forEach((each, at) => {
    each.querySelector('[name="_up"]').disabled = at === 0;
    each.querySelector('[name="_down"]').disabled = at === all.length - 1;
  });
  said.textContent = `${rule.dataset.rule} is number ${all.indexOf(rule) + 1} of ${all.length} now.`;
}

function step(rule, isUp) {
  if (isUp) rule.previousElementSibling?.before(rule);
  else rule.nextElementSibling?.after(rule);
  settle(rule);
}

list.addEventListener("click", (event) => {
  const button = event.target.closest('[name="_up"], [name="_down"]');
  if (!button) return;
  event.preventDefault();
  const rule = button.closest("li");
  step(rule, button.name === "_up");
  const other = rule.querySelector(button.name === "_up" ? '[name="_down"]' : '[name="_up"]');
  (button.disabled ? other : button).focus();
});

list.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const rule = grip.closest("li");
  const before = rules().indexOf(rule);
  const follow = (move) => {
    const next = rules().find((each) => each !== rule && move.clientY < middle(each));
    if (next !== rule.nextElementSibling) list.insertBefore(rule, next ?? null);
  };
  const moving = new AbortController();
  const drop = () => {
    moving.abort();
    rule.classList.remove("rule-moving");
    if (rules().indexOf(rule) !== before) settle(rule);
  };
  rule.classList.add("rule-moving");
  window.addEventListener("pointermove", follow, { signal: moving.signal });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, drop, { signal: moving.signal });
  }
});

function middle(rule) {
  const box = rule.getBoundingClientRect();
  return box.top + box.height / 2;
}

for (const grip of list.querySelectorAll("[data-grip]")) grip.hidden = false;
