// Groups with their lines, and what can be done with a line: move, duplicate, remove.

import { el, iconButton, select } from "./dom.js";
import { labelOf } from "./catalogue.js";
import { conditionParts } from "./conditions.js";
import { handle } from "./dragging.js";
import { picker } from "./picker.js";
import { childrenOf, depthInside, duplicate, groupOf, idOf, insert, move, placeOf, regroup, remove } from "./tree.js";

const NAMES = [["all", "all of"], ["any", "any of"], ["none", "none of"]];
const JOINED = { all: "and", any: "or", none: "nor" };

export function drawGroup(editor, group, tools = null) {
  const name = groupOf(group);
  const isRoot = group === editor.root;
  const children = childrenOf(group);
  const choose = select(NAMES, {
    value: name, label: isRoot ? "How the conditions count" : "How the conditions of this group count", key: `${idOf(group)}:kind`,
    change: (next) => {
      regroup(group, next);
      editor.changed(group);
      editor.redraw(`${idOf(group)}:kind`);
    },
  });
  const head = el(
    "div",
    { class: "rule-head" },
    isRoot ? el("span", { class: "rule-word" }, "Contacts who meet") : null,
    choose,
    el("span", { class: "rule-word" }, "these"),
    tools,
  );
  const lines = children.map((child, number) => [
    number ? el("div", { class: "rule-joined", "aria-hidden": "true" }, JOINED[name]) : null,
    drawLine(editor, child),
  ]);
  const empty = children.length ? null : el("p", { class: "rule-empty" }, isRoot ? "No conditions: everybody is meant." : "This group is empty: add a condition or remove the group.");
  return el(
    "div",
    { class: `rule-group ${name}`, role: "group", "aria-label": `${NAMES.find(([one]) => one === name)[1]} these`, "data-node": idOf(group) },
    head, editor.note(group), empty, lines, adders(editor, group),
  );
}

function adders(editor, group) {
  const isRoot = group === editor.root;
  const add = picker({
    text: "Condition", label: isRoot ? "Add a condition" : "Add a condition to this group", key: `${idOf(group)}:add`, look: "rule-add", sign: "add",
    placeholder: "Search properties, events, segments", groups: () => editor.groups(),
    pick: (item) => {
      const node = item.start();
      insert(group, childrenOf(group).length, node);
      editor.changed(group);
      editor.redraw(["op", "measure", "op-value"].map((role) => `${idOf(node)}:${role}`));
      editor.say(`${item.label} added.`);
    },
  });
  const nest = () => {
    const node = groupOf(group) === "all" ? { any: [] } : { all: [] };
    insert(group, childrenOf(group).length, node);
    editor.changed(group);
    editor.redraw(`${idOf(node)}:add`);
    editor.say("Group added.");
  };
  // The conditions of a new group are two levels down.
  const fits = depthInside(editor.root, group) + 2 <= editor.catalogue.limits.depth;
  return el(
    "div",
    { class: "rule-adders" },
    add,
    fits && el("button", { type: "button", class: "rule-add", "data-key": `${idOf(group)}:nest`, "aria-label": isRoot ? "Add a group" : "Add a group to this group", onclick: nest }, el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, "add"), el("span", {}, "Group")),
  );
}

function drawLine(editor, node) {
  const isGroup = Boolean(groupOf(node));
  const inside = isGroup ? drawGroup(editor, node, toolsOf(editor, node)) : drawCondition(editor, node);
  return el("div", { class: "rule-line", "data-line": idOf(node), onkeydown: (event) => shortcut(editor, node, event) }, inside);
}

function drawCondition(editor, node) {
  const note = editor.note(node);
  const isHard = editor.isBroken(node);
  return el(
    "div",
    { class: isHard ? "rule-condition broken" : "rule-condition", role: "group", "aria-label": `Condition: ${labelOf(editor.catalogue, node)}`, "data-node": idOf(node) },
    el("div", { class: "rule-parts" }, conditionParts(editor, node)),
    toolsOf(editor, node),
    note,
  );
}

function toolsOf(editor, node) {
  const name = labelOf(editor.catalogue, node);
  const key = (role) => `${idOf(node)}:${role}`;
  return el(
    "div",
    { class: "rule-tools" },
    handle(editor, node, name),
    iconButton("arrow_upward", `Move up: ${name}`, { key: key("up"), press: () => step(editor, node, -1, "up") }),
    iconButton("arrow_downward", `Move down: ${name}`, { key: key("down"), press: () => step(editor, node, 1, "down") }),
    iconButton("content_copy", `Duplicate: ${name}`, { key: key("copy"), press: () => copy(editor, node, name) }),
    iconButton("delete", `Remove: ${name}`, { key: key("remove"), press: () => drop(editor, node, name) }),
  );
}

function step(editor, node, way, role) {
  const moved = move(editor.root, node, way, editor.catalogue.limits.depth);
  if (!moved) return editor.say(way < 0 ? "It is the first already." : "It is the last already.");
  const { parent, index } = placeOf(editor.root, node);
  editor.changed(node);
  editor.redraw(`${idOf(node)}:${role}`);
  return editor.say(`Moved: ${index + 1} of ${childrenOf(parent).length} in ${parent === editor.root ? "the rule" : "its group"}.`);
}

function copy(editor, node, name) {
  const made = duplicate(editor.root, node);
  editor.changed(made);
  editor.redraw(`${idOf(made)}:copy`);
  editor.say(`${name} duplicated.`);
}

function drop(editor, node, name) {
  const { parent, index } = placeOf(editor.root, node);
  remove(editor.root, node);
  editor.changed(parent);
  const next = childrenOf(parent)[index] ?? childrenOf(parent)[index - 1];
  editor.redraw(next ? `${idOf(next)}:remove` : `${idOf(parent)}:add`);
  editor.offerUndo(groupOf(node) ? "Group removed." : `“${name}” removed.`, () => {
    insert(parent, index, node);
    editor.changed(parent);
    editor.redraw(`${idOf(node)}:remove`);
  });
}

function shortcut(editor, node, event) {
  const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  // In a select these keys open or change it.
  if (!event.altKey || !way || event.target.matches("select")) return;
  event.preventDefault();
  event.stopPropagation();
  step(editor, node, way, event.target.dataset.key?.split(":")[1] ?? "up");
}
