// The inputs for a value, by the shape that the operator takes.

import { el, icon, iconButton, newId, select } from "./dom.js";

// `set` takes the new value; `again` also draws the condition anew.
export function valueInputs({ takes, value, choices = [], units, label, key, set, describedBy, suggest }) {
  const common = { label, key, set, describedBy };
  switch (takes) {
    case "nothing":
      return [];
    case "text":
      return suggesting(textInput({ ...common, value, width: 22 }), suggest);
    case "texts":
      return [tokens({ ...common, value: Array.isArray(value) ? value : [], suggest })];
    case "choice":
      return [select(choices, { value, label, key, change: set, "aria-describedby": describedBy })];
    case "choices":
      return [checkboxes({ ...common, value: Array.isArray(value) ? value : [], choices })];
    case "number":
    case "times":
      return [numberInput({ ...common, value })];
    case "two_numbers":
    case "two_times":
      return pair({ ...common, value }, numberInput);
    case "yes_no":
      return [select([["true", "Yes"], ["false", "No"]], { value: String(value), label, key, change: (text) => set(text === "true") })];
    case "period":
      return period({ ...common, value, units });
    case "day":
      return [dateInput({ ...common, value })];
    case "moment":
      return [momentInput({ ...common, value })];
    case "two_moments":
      return pair({ ...common, value }, momentInput);
  }
  return [];
}

function textInput({ value, label, key, set, describedBy, width, mode, parse = (text) => text }) {
  return el("input", {
    type: "text", "aria-label": label, "data-key": key, "aria-describedby": describedBy,
    inputmode: mode, size: width, maxlength: 500, autocomplete: "off",
    oninput: (event) => set(parse(event.target.value)),
    value: value ?? "",
  });
}

// The input, with the list of values that it offers while one writes.
function suggesting(input, suggest) {
  if (!suggest) return [input];
  const list = el("datalist", { id: newId("rule-values") });
  input.setAttribute("list", list.id);
  const load = async () => list.replaceChildren(...(await suggest()).map((value) => el("option", { value })));
  input.addEventListener("focus", load, { once: true });
  return [input, list];
}

// What is no number stays as it was typed: the server says what is wrong, and nothing is lost. Some
// write 1,5 and mean one and a half; who writes 1,000 does not mean one.
const THOUSANDS = /,\d{3}$/;

function numberInput(options) {
  const parse = (text) => {
    if (THOUSANDS.test(text.trim())) return text;
    const number = Number(text.trim().replace(",", "."));
    return text.trim() === "" || !Number.isFinite(number) ? text : number;
  };
  return textInput({ ...options, width: 4, mode: "decimal", parse });
}

function pair({ value, label, key, set, describedBy }, input) {
  const both = Array.isArray(value) && value.length === 2 ? [...value] : ["", ""];
  const one = (place, words) =>
    input({
      value: both[place], label: `${label}, ${words}`, key: `${key}-${place}`, describedBy,
      set: (found) => {
        both[place] = found;
        set([...both]);
      },
    });
  return [one(0, "from"), el("span", { class: "rule-word" }, "and"), one(1, "to")];
}

function period({ value, units, label, key, set, describedBy }) {
  const now = { amount: value?.amount ?? "", unit: value?.unit ?? "days" };
  const change = (part) => set(Object.assign(now, part) && { ...now });
  return [
    numberInput({ value: now.amount, label: `${label}, how many`, key, describedBy, set: (amount) => change({ amount }) }),
    select(units.map((unit) => [unit, unit]), { value: now.unit, label: `${label}, unit`, key: `${key}-unit`, change: (unit) => change({ unit }) }),
  ];
}

function dateInput({ value, label, key, set, describedBy }) {
  return el("input", {
    type: "date", "aria-label": label, "data-key": key, "aria-describedby": describedBy,
    oninput: (event) => set(event.target.value), value: value ?? "",
  });
}

const LOCAL = /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/;

// A day, and maybe a time; the pickers know no other moments, so those are shown as text.
function momentInput(options) {
  const { value, label, key, set, describedBy } = options;
  if (value && !LOCAL.test(value)) return textInput({ ...options, width: 24 });
  let [day, time = ""] = String(value ?? "").split("T");
  const change = () => set(day && time ? `${day}T${time}` : day);
  const clock = el("input", {
    type: "time", "aria-label": `${label}, time`, "data-key": `${key}-time`,
    oninput: (event) => change(time = event.target.value), value: time,
  });
  const box = el("span", { class: "rule-moment" }, dateInput({ value: day, label, key, describedBy, set: (text) => change(day = text) }));
  // Most conditions are about days; who means an hour asks for it.
  const press = (event) => {
    event.currentTarget.replaceWith(clock);
    clock.focus();
  };
  box.append(time ? clock : iconButton("schedule", `${label}: add a time`, { key: `${key}-clock`, press }));
  return box;
}

function checkboxes({ value, choices, label, set }) {
  const chosen = new Set(value);
  return el(
    "fieldset",
    { class: "rule-choices" },
    el("legend", { class: "rule-hidden" }, label),
    choices.map(([name, text]) => {
      const box = el("input", {
        type: "checkbox",
        onchange: (event) => {
          event.target.checked ? chosen.add(name) : chosen.delete(name);
          set(choices.map(([one]) => one).filter((one) => chosen.has(one)));
        },
      });
      box.checked = chosen.has(name);
      return el("label", {}, box, text);
    }),
  );
}

function tokens({ value, label, key, set, describedBy, suggest }) {
  const texts = [...value];
  const input = el("input", {
    type: "text", "aria-label": `${label}, add one`, "data-key": key, "aria-describedby": describedBy,
    placeholder: "Type, then Enter", size: 14, maxlength: 500, autocomplete: "off",
  });
  const box = el("span", { class: "rule-tokens" }, suggesting(input, suggest));
  const draw = () => {
    box.querySelectorAll(".rule-token").forEach((token) => token.remove());
    texts.forEach((text, place) => {
      const drop = () => {
        texts.splice(place, 1);
        change();
        input.focus();
      };
      box.insertBefore(
        el("button", { type: "button", class: "rule-token", "aria-label": `Remove ${text}`, onclick: drop }, text, icon("close")),
        input,
      );
    });
  };
  const change = () => {
    set([...texts]);
    draw();
  };
  const take = (text) => {
    const added = text.split("\n").map((one) => one.trim()).filter((one) => one && !texts.includes(one));
    input.value = "";
    if (added.length) {
      texts.push(...added);
      change();
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim()) {
      event.preventDefault();
      // Not at once: it may choose one of the values that are offered, which the browser then writes.
      setTimeout(() => take(input.value));
    } else if (event.key === "Backspace" && !input.value && texts.length) {
      texts.pop();
      change();
    }
  });
  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text");
    if (!pasted.includes("\n")) return;
    event.preventDefault();
    take(pasted);
  });
  input.addEventListener("blur", () => take(input.value));
  // One of the values that are offered was chosen.
  input.addEventListener("input", (event) => event.inputType === "insertReplacementText" && take(input.value));
  draw();
  input.id = newId("rule-token");
  return box;
}
