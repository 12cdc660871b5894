// The form of a popup, or of one of its variations: colours are picked, and only what makes sense
// together is offered.

const rules = JSON.parse(document.getElementById("popup-rules")?.textContent || "null");
const form = document.querySelector("#popup_form, #variation_form");

const changed = (field) => {
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
};

function pickColors() {
  for (const picker of form.querySelectorAll("[data-picks]")) {
    const field = form.elements[picker.dataset.picks];
    const byDefault = picker.value;
    picker.addEventListener("input", () => {
      field.value = picker.value;
      changed(field);
    });
    field.addEventListener("input", () => {
      const is = /^#[0-9a-f]{6}$/i.test(field.value.trim());
      if (is) picker.value = field.value.trim().toLowerCase();
      else if (!field.value.trim()) picker.value = byDefault;
    });
  }
}

const rows = () =>
  [...form.querySelectorAll("#buttons-group .form-row")].filter(
    (row) => !row.closest(".empty-form") && !row.querySelector("[name$='-DELETE']")?.checked,
  );
const actionOf = (row) => row.querySelector("[name$='-action']");

// What an action does not need is not shown: its address, its event.
function showNeeded() {
  const all = rows();
  const asking = all.map(actionOf).filter((select) => select?.value === "ask_permission");
  for (const row of all) {
    const select = actionOf(row);
    if (!select) continue;
    row.querySelector(".field-url")?.classList.toggle("not-needed", select.value !== "open");
    row.querySelector(".field-event")?.classList.toggle("not-needed", select.value !== "track");
    const option = select.querySelector("[value='ask_permission']");
    // A browser asks once, so one button may.
    if (option) option.disabled = asking.length > 0 && !asking.includes(select);
  }
  return asking.length > 0;
}

function offerPositions(asks) {
  const { layout, position, is_full_screen_on_phones: full } = form.elements;
  if (!layout?.options || !position?.options) return;
  const possible = rules.positions[layout.value].filter(
    (name) => !(asks && name === rules.of_the_browser),
  );
  for (const option of position.options) {
    option.hidden = option.disabled = !possible.includes(option.value);
  }
  if (!possible.includes(position.value)) position.value = possible[0];
  const hint = document.getElementById("popup-position-hint");
  hint.hidden = !asks;
  if (!full) return;
  full.disabled = layout.value !== "box";
  if (full.disabled) full.checked = false;
}

function addHint() {
  const hint = document.createElement("p");
  hint.id = "popup-position-hint";
  hint.className = "note";
  hint.textContent =
    "Not at the top: one of the buttons asks for permission, and the browser’s own question appears there.";
  form.elements.position?.closest(".field-line")?.lastElementChild.append(hint);
  return hint;
}

if (form) {
  // A variation is where its popup is, in its colours.
  const isWhole = rules && form.elements.layout;
  const follow = () => {
    const asks = showNeeded();
    if (isWhole) offerPositions(asks);
  };
  if (isWhole) {
    addHint();
    pickColors();
  }
  form.addEventListener("change", follow);
  document.addEventListener("formset:added", follow);
  document.addEventListener("formset:removed", follow);
  follow();
}
