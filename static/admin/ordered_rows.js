// Rows of a form in their order: buttons that move a row up and down write its place into the
// field “position”. Without this script the field is filled by hand.

import { iconButton } from "./rule_builder/dom.js";

const ROW = ".form-group:not(.empty-form, .is-gone)";

const positionOf = (row) => row.querySelector("[name$='-position']");

function start(group) {
  const list = group.querySelector(".formset");
  const rows = () => [...list.querySelectorAll(ROW)];

  const draw = () => {
    const all = rows();
    all.forEach((row, place) => {
      const [up, down] = row.querySelectorAll(".row-moves button");
      // Not `disabled`: a button that has just been pressed would drop the focus out of the page.
      up?.toggleAttribute("aria-disabled", place === 0);
      down?.toggleAttribute("aria-disabled", place === all.length - 1);
    });
  };

  const number = () => {
    rows().forEach((row, place) => {
      const field = positionOf(row);
      if (field.value === String(place)) return;
      field.value = place;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    draw();
  };

  const move = (row, places, button) => {
    const all = rows();
    const other = all[all.indexOf(row) + places];
    if (!other) return;
    if (places < 0) other.before(row);
    else other.after(row);
    number();
    button.focus();
  };

  const prepare = (row) => {
    if (row.querySelector(".row-moves")) return;
    const field = positionOf(row);
    const line = field.closest(".field-row") ?? field.parentElement;
    line.classList.add("is-written-by-buttons");
    const moves = document.createElement("span");
    moves.className = "row-moves";
    for (const [icon, label, places] of [["arrow_upward", "Move up", -1], ["arrow_downward", "Move down", 1]]) {
      const button = iconButton(icon, label, { press: () => move(row, places, button) });
      moves.append(button);
    }
    row.querySelector("h3")?.append(moves);
  };

  // The theme would write all rows below anew, and what was typed in them would be lost: the row
  // stays, unseen and unsent, and the numbers of the others with it.
  const drop = (row) => {
    const all = rows();
    const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
    row.classList.add("is-gone");
    for (const field of row.querySelectorAll("input, select, textarea, button")) field.disabled = true;
    number();
    (next?.querySelector("textarea") ?? group.querySelector(".add-row"))?.focus();
  };

  group.addEventListener("click", (event) => {
    const row = event.target.closest(".delete-template")?.closest(ROW);
    if (!row) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    drop(row);
  }, true);

  // As they are asked, also where the page comes back with something to correct.
  const placeOf = (row) => (positionOf(row).value === "" ? Infinity : Number(positionOf(row).value));
  const wanted = rows().sort((one, other) => placeOf(one) - placeOf(other));
  if (wanted.some((row, place) => row !== rows()[place])) list.prepend(...wanted);

  rows().forEach(prepare);
  draw();
  group.addEventListener("formset:added", ({ target }) => {
    const row = target.closest(ROW);
    if (!row) return;
    prepare(row);
    number();
  });
}

document.querySelectorAll("[data-inline-type='stacked']").forEach((group) => {
  if (group.querySelector(".empty-form [name$='-position']")) start(group);
});
