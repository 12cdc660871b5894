// Rows of a form in their order: buttons that move a row up and down write its place into the
// field “position”. Without this script the field is filled by hand.

import { iconButton } from "./rule_builder/dom.js";

const ROW = ".form-group:not(.empty-form)";

const positionOf = (row) => row.querySelector("[name$='-position']");

function start(group) {
  const list = group.querySelector(".formset");
  const rows = () => [...list.querySelectorAll(ROW)];

  const number = () => {
    const all = rows();
    all.forEach((row, place) => {
      const field = positionOf(row);
      if (field.value !== String(place)) {
        field.value = place;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      const [up, down] = row.querySelectorAll(".row-moves button");
      up?.toggleAttribute("aria-disabled", place === 0);
      down?.toggleAttribute("aria-disabled", place === all.length - 1);
    });
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
    line.hidden = true;
    line.classList.add("rule-hidden-row");
    const moves = document.createElement("span");
    moves.className = "row-moves";
    for (const [icon, label, places] of [["arrow_upward", "Move up", -1], ["arrow_downward", "Move down", 1]]) {
      const button = iconButton(icon, label, { press: () => move(row, places, button) });
      moves.append(button);
    }
    row.querySelector("h3")?.append(moves);
  };

  rows().forEach(prepare);
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
