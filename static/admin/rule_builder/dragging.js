// Moving a line with the mouse; by keyboard there are buttons, and Alt with the arrow keys.

import { el, icon } from "./dom.js";
import { childrenOf, contains, depthInside, groupOf, height, idOf, moveTo, placeOf } from "./tree.js";

let dragged = null;

export function handle(editor, node, name) {
  return el(
    "span",
    {
      class: "rule-handle", draggable: "true", title: `Drag: ${name}`, "aria-hidden": "true",
      ondragstart: (event) => {
        dragged = node;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", name);
        const line = event.target.closest("[data-line]");
        event.dataTransfer.setDragImage(line, 12, 12);
        // Not at once: the browser takes its picture of the line after this.
        setTimeout(() => line.classList.add("dragged"));
      },
      ondragend: () => {
        dragged = null;
        editor.place.querySelectorAll(".dragged, .drop-before, .drop-after, .drop-in").forEach((line) => line.classList.remove("dragged", "drop-before", "drop-after", "drop-in"));
      },
    },
    icon("drag_indicator"),
  );
}

export function acceptDrops(editor) {
  const mark = (line, where) => {
    editor.place.querySelectorAll(".drop-before, .drop-after, .drop-in").forEach((one) => one.classList.remove("drop-before", "drop-after", "drop-in"));
    line?.classList.add(where);
  };
  editor.place.addEventListener("dragover", (event) => {
    const target = dragged && targetOf(editor, event);
    if (!target) return mark(null);
    event.preventDefault();
    return mark(target.element, target.where);
  });
  editor.place.addEventListener("drop", (event) => {
    const target = dragged && targetOf(editor, event);
    if (!target) return;
    event.preventDefault();
    const node = dragged;
    moveTo(editor.root, node, target);
    editor.changed(node);
    editor.redraw(`${idOf(node)}:up`);
    editor.say("Moved.");
  });
}

// Where a line that is let go of here would come to: beside another one, or into an empty group.
function targetOf(editor, event) {
  const element = event.target.closest("[data-line], [data-node]");
  if (!element) return null;
  const line = event.target.closest("[data-line]");
  const group = event.target.closest(".rule-group");
  const into = editor.nodeOf(group?.dataset.node);
  if (into && !childrenOf(into).length && fits(editor, into)) {
    return { parent: into, index: 0, element: group, where: "drop-in" };
  }
  const node = line && editor.nodeOf(line.dataset.line);
  if (!node || contains(dragged, node)) return null;
  const { parent, index } = placeOf(editor.root, node);
  if (!fits(editor, parent)) return null;
  const box = line.getBoundingClientRect();
  const isAfter = event.clientY > box.top + box.height / 2;
  return { parent, index: index + (isAfter ? 1 : 0), element: line, where: isAfter ? "drop-after" : "drop-before" };
}

const fits = (editor, parent) =>
  !contains(dragged, parent) && depthInside(editor.root, parent) + height(dragged) <= editor.catalogue.limits.depth && Boolean(groupOf(parent));
