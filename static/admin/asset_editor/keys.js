// What the keyboard does on the whole page, and what the theme forgets about rows of buttons.

export function startKeys({ form, identity }) {
  if (!identity.asset) whenShown(() => firstOf(form)?.focus());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    const save = document.querySelector(`button[name="_save"][form="${form.id}"], input[name="_save"], button[name="_save"]`);
    if (!save) return;
    event.preventDefault();
    form.requestSubmit(save);
  });

  // Whoever adds a row wants to write in it.
  document.addEventListener("formset:added", ({ target }) => {
    nameCells(target);
    target.querySelector?.("input:not([type='hidden']), select, textarea")?.focus();
  });
  nameCells(form);

  // The theme numbers the rows after a removed one anew by their markup, which does not know what
  // was typed since.
  form.addEventListener("click", ({ target }) => {
    if (!target.closest?.(".delete-template")) return;
    for (const input of form.querySelectorAll(".formset input")) input.setAttribute("value", input.value);
  }, true);
}

// The theme hides the page until its own scripts have run.
function whenShown(begin) {
  const isLater = document.readyState !== "complete";
  const soon = () => requestAnimationFrame(() => document.activeElement === document.body && begin());
  isLater ? window.addEventListener("load", soon) : soon();
}

const firstOf = (form) => [...form.elements].find((field) => field.offsetParent && !field.disabled && field.matches("input:not([type='hidden']), select, textarea"));

// In a table the column's heading names a field, but only to the eye.
function nameCells(place) {
  for (const input of place.querySelectorAll?.("td[data-label] :is(input, select):not([type='hidden'])") ?? []) {
    if (!input.labels?.length && !input.hasAttribute("aria-label")) input.setAttribute("aria-label", `Button: ${input.closest("td").dataset.label.toLowerCase()}`);
  }
}
