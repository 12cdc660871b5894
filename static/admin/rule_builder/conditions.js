// One condition, as a part of a sentence.

import { el, icon, iconButton, newId, select } from "./dom.js";
import { carry, initial, labelOf } from "./catalogue.js";
import { picker } from "./picker.js";
import { become, idOf } from "./tree.js";
import { valueInputs } from "./values.js";

const TIMES = { gte: "at least", lte: "at most", is: "exactly", gt: "more than", lt: "fewer than", between: "between", is_not: "not exactly" };
const MEASURES = [["did", "did"], ["did_not", "did not do"], ["sum", "the sum of"], ["min", "the least"], ["max", "the greatest"]];
const WHEN = { in_last: "in the last", more_than_ago: "longer ago than", today: "today", on: "on", before: "before", after: "after", between: "between" };

export function conditionParts(editor, node) {
  const field = editor.catalogue.field(node.field);
  if ("field" in node) return [...fieldParts(editor, node, field), help(field?.help)];
  if ("event" in node) return [...eventParts(editor, node), help(...aboutEvents(editor.catalogue, node))];
  if ("segment" in node) return segmentParts(editor, node);
  return [el("code", { class: "rule-raw" }, JSON.stringify(node))];
}

const help = (...words) => words.some(Boolean) && el("p", { class: "rule-help" }, words.filter(Boolean).join(" "));

// What a marketer would not guess of a condition on events.
function aboutEvents(catalogue, node) {
  const { keeps_events: days } = catalogue;
  const isLimited = node.measure !== "count" && node.op !== "is_set";
  return [
    isLimited && "Contacts without such an event are left out.",
    !node.when && days && `Events are kept for ${days} days.`,
  ];
}

const plain = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value ?? ""));

// What is asked for, which can be changed to anything else.
function subject(editor, node, known = true) {
  const text = labelOf(editor.catalogue, node);
  return picker({
    text, label: `Asked for: ${text}`, key: `${idOf(node)}:subject`,
    look: known ? "rule-pick-button" : "rule-pick-button unknown",
    groups: () => editor.groups(),
    pick: (item) => {
      const other = item.start();
      // Another field of the same type keeps how it is asked and the value.
      const [now, then] = [editor.catalogue.field(node.field), editor.catalogue.field(other.field)];
      const keeps = now && then && now.type === then.type && !now.choices.length && !then.choices.length;
      become(node, keeps ? { ...node, field: other.field } : other);
      editor.changed(node);
      editor.redraw(`${idOf(node)}:${"segment" in other || "field" in other ? "op" : "measure"}`);
    },
  });
}

function fieldParts(editor, node, field) {
  const parts = [subject(editor, node, Boolean(field))];
  if (!field) return [...parts, el("span", { class: "rule-word" }, editor.catalogue.wordsOf(node.op), " ", plain(node.value))];
  return [...parts, ...asking(editor, node, field, field.type, field.label)];
}

// How it is asked, and with which value; `owner` is the condition that shows the problems.
function asking(editor, node, field, type, label, owner = node) {
  const { catalogue } = editor;
  const operators = catalogue.operators[type];
  const operator = catalogue.operator(type, node.op);
  const key = idOf(node);
  const options = operators.flatMap(({ name, label }) =>
    name === "is_set" ? [["is_set:true", "is set"], ["is_set:false", "is not set"]] : [[name, label]],
  );
  const chosen = node.op === "is_set" ? `is_set:${node.value}` : String(node.op);
  if (!operator) options.push([chosen, `${catalogue.wordsOf(node.op)} (does not fit)`]);
  const change = (name) => {
    const [op, isSet] = name.split(":");
    const next = catalogue.operator(type, op);
    node.value = isSet ? isSet === "true" : carry(node, node.op === "is_set" ? "none" : operator?.takes, next.takes, field.choices);
    node.op = op;
    editor.changed(owner);
    editor.redraw(`${key}:op`);
  };
  const parts = [
    // Of a yes or no that always has a value there is only one way to ask.
    options.length > 1
      ? select(options, { value: chosen, label: `${label}: how`, key: `${key}:op`, change })
      : el("span", { class: "rule-word" }, options[0][1]),
  ];
  if (!operator) return [...parts, el("span", { class: "rule-word" }, plain(node.value))];
  return node.op === "is_set" ? parts : [...parts, ...values(editor, node, operator.takes, field, label, owner)];
}

// `field` is what the value is one of: its choices, and whose values it may be like.
function values(editor, node, takes, field, label, owner = node) {
  return valueInputs({
    takes, label, choices: field.choices, suggest: ["text", "list"].includes(field.type) && (() => editor.suggest(field.name, field.event)), value: node.value, key: `${idOf(node)}:${takes === "yes_no" || takes === "choice" ? "op-value" : "value"}`,
    units: editor.catalogue.units,
    describedBy: editor.noteIdOf(owner),
    set: (value) => {
      node.value = value;
      editor.changed(owner);
    },
  });
}

function segmentParts(editor, node) {
  const known = editor.catalogue.segmentsById.get(node.segment);
  return [
    select([["in", "is in"], ["not_in", "is not in"]], {
      value: node.op, label: "Is it in the segment?", key: `${idOf(node)}:op`,
      change: (op) => {
        node.op = op;
        editor.changed(node);
      },
    }),
    el("span", { class: "rule-word" }, known?.is_list ? "the list" : "segment"),
    subject(editor, node, Boolean(known)),
  ];
}

function eventParts(editor, node) {
  const key = idOf(node);
  const isNever = node.measure === "count" && node.op === "is" && node.value === 0;
  const numbers = editor.catalogue.propertiesOf(node.event, "number");
  const measure = node.measure === "count" ? (isNever ? "did_not" : "did") : node.measure;
  const measures = MEASURES.filter(([name]) => numbers.length || name === measure || name.startsWith("did"));
  const known = editor.catalogue.eventsByName.has(node.event);
  const change = (name) => {
    measured(node, name, numbers);
    editor.changed(node);
    editor.redraw(`${key}:measure`);
  };
  const how = select(measures, { value: measure, label: `${node.event}: what is asked`, key: `${key}:measure`, change });
  const parts = node.measure === "count"
    ? [how, subject(editor, node, known), ...(isNever ? [] : timesParts(editor, node))]
    : [how, ofWhich(editor, node, numbers), el("span", { class: "rule-word" }, "of"), subject(editor, node, known), ...asking(editor, node, { choices: [] }, "amount", `${node.measure} of ${node.of}`)];
  return [...parts, ...whenParts(editor, node), whereParts(editor, node)];
}

function measured(node, name, numbers) {
  if (name.startsWith("did")) {
    delete node.of;
    Object.assign(node, { measure: "count", ...(name === "did" ? { op: "gte", value: 1 } : { op: "is", value: 0 }) });
    return;
  }
  if (node.measure === "count") Object.assign(node, { op: "gte", value: "" });
  Object.assign(node, { measure: name, of: node.of ?? numbers[0]?.name ?? "" });
}

function ofWhich(editor, node, numbers) {
  return select(numbers.map(({ name }) => [name, name]), {
    value: node.of, label: "Of which number", key: `${idOf(node)}:of`,
    change: (of) => {
      node.of = of;
      editor.changed(node);
    },
  });
}

function timesParts(editor, node) {
  const key = idOf(node);
  const { catalogue } = editor;
  const operator = catalogue.operator("count", node.op);
  const options = catalogue.operators.count.map(({ name, label }) => [name, TIMES[name] ?? label]);
  const change = (op) => {
    node.value = carry(node, operator?.takes, catalogue.operator("count", op).takes, []);
    node.op = op;
    editor.changed(node);
    editor.redraw(`${key}:op`);
  };
  return [
    select(options, { value: String(node.op), label: `${node.event}: how often`, key: `${key}:op`, change }),
    ...(operator ? values(editor, node, operator.takes, {}, "Times") : []),
    el("span", { class: "rule-word" }, node.value === 1 ? "time" : "times"),
  ];
}

function whenParts(editor, node) {
  const key = `${idOf(node)}:when`;
  const { when } = node;
  const operators = editor.catalogue.operators.when;
  const options = [["", "at any time"], ...operators.map(({ name, label }) => [name, WHEN[name] ?? label])];
  const takesOf = (name) => operators.find((operator) => operator.name === name)?.takes;
  const change = (op) => {
    if (op) node.when = { op, value: when ? carry(when, takesOf(when.op), takesOf(op), []) : initial(takesOf(op)) };
    else delete node.when;
    editor.changed(node);
    editor.redraw(key);
  };
  const how = select(options, { value: when?.op ?? "", label: `${node.event}: when`, key, change });
  if (!when || !takesOf(when.op)) return [how];
  return [how, ...values(editor, when, takesOf(when.op), {}, "When", node)];
}

// Also used alone, for events that journeys listen for.
export function whereParts(editor, node) {
  const known = editor.catalogue.propertiesOf(node.event);
  const add = picker({
    text: "where", label: `${node.event}: a condition on a property`, key: `${idOf(node)}:where`, look: "rule-add small", sign: "add",
    groups: () => [{ label: `Properties of ${node.event}`, items: known.map((property) => ({ label: property.name, hint: property.type.replace("_", " "), property })) }],
    pick: ({ property }) => {
      const row = editor.catalogue.askField({ ...property, name: property.name });
      node.where = [...(node.where ?? []), row];
      editor.changed(node);
      editor.redraw(`${idOf(row)}:op`);
    },
  });
  const rows = (node.where ?? []).map((row) => whereRow(editor, node, row, known));
  if (!rows.length && !known.length) return null;
  return rows.length ? el("div", { class: "rule-where" }, rows, add) : add;
}

function whereRow(editor, node, row, known) {
  const property = known.find(({ name }) => name === row.field);
  const drop = () => {
    node.where = node.where.filter((other) => other !== row);
    if (!node.where.length) delete node.where;
    editor.changed(node);
    editor.redraw(`${idOf(node)}:where`);
  };
  const first = row === node.where[0];
  return el(
    "div",
    { class: "rule-where-row" },
    el("span", { class: "rule-word" }, first ? "where" : "and"),
    el("b", {}, row.field),
    property ? asking(editor, row, { ...property, event: node.event }, property.type, row.field, row) : el("span", { class: "rule-word" }, `${editor.catalogue.wordsOf(row.op)} ${plain(row.value)}`),
    iconButton("close", `Remove the condition on ${row.field}`, { key: `${idOf(row)}:drop`, press: drop }),
    editor.note(row),
  );
}

export function noteOf(messages, isHard) {
  return el(
    "p",
    { class: isHard ? "rule-note error" : "rule-note", id: newId("rule-note") },
    icon(isHard ? "error" : "edit"),
    el("span", {}, messages.join(" ")),
  );
}
