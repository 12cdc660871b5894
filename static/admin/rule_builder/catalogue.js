// What the site's rules can ask for, as the server offers it.

const HINTS = {
  choice: "choice", status: "choice", text: "text", number: "number", yes_no: "yes or no", flag: "yes or no",
  date: "date", list: "list", total: "number",
};

export class Catalogue {
  constructor(offered) {
    Object.assign(this, offered);
    this.fieldsByName = new Map(offered.fields.map((field) => [field.name, field]));
    this.eventsByName = new Map(offered.events.map((event) => [event.name, event]));
    this.segmentsById = new Map(offered.segments.map((segment) => [segment.id, segment]));
  }

  field(name) {
    return this.fieldsByName.get(name);
  }

  operator(type, name) {
    return this.operators[type]?.find((operator) => operator.name === name);
  }

  // What an operator of another type is called: a broken condition may still have it.
  wordsOf(name) {
    const known = Object.values(this.operators).flat().find((operator) => operator.name === name);
    return known?.label ?? String(name).replaceAll("_", " ");
  }

  propertiesOf(event, type) {
    const known = this.eventsByName.get(event)?.properties ?? [];
    return type ? known.filter((property) => property.type === type) : known;
  }

  // Groups of things to ask for; `inside` is the segment whose rule this is.
  groups(inside) {
    const groups = new Map();
    for (const field of this.fields) {
      const label = field.group === "Properties" ? "Properties of the site" : field.group;
      if (!groups.has(label)) groups.set(label, []);
      groups.get(label).push({ label: field.label, hint: HINTS[field.type], help: field.help, start: () => this.askField(field) });
    }
    const segments = this.segments.filter((segment) => segment.id !== inside && !segment.is_archived);
    return [
      ...[...groups].map(([label, items]) => ({ label, items })),
      { label: "Events", items: this.eventItems((event) => !event.words) },
      { label: "Visits, popups and pushes", items: this.eventItems((event) => event.words) },
      {
        label: "Segments",
        items: segments.map((segment) => ({
          label: segment.name,
          hint: segment.is_list ? "imported list" : "segment",
          start: () => ({ segment: segment.id, op: "in" }),
        })),
      },
    ].filter((group) => group.items.length);
  }

  // The site's own events by their name; those of the house have words too.
  eventItems(which) {
    const items = this.events.filter(which);
    return items.map((event) => ({ label: event.name, hint: event.words || "event", start: () => this.askEvent(event.name) }));
  }

  askField(field) {
    const names = { number: "gte", total: "gte", date: "in_last" };
    const operator = this.operator(field.type, names[field.type]) ?? this.operators[field.type][0];
    return { field: field.name, op: operator.name, value: initial(operator.takes, field.choices) };
  }

  askEvent(name) {
    return {
      event: name, measure: "count", op: "gte", value: 1,
      when: { op: "in_last", value: { amount: 30, unit: "days" } },
    };
  }
}

export const labelOf = (catalogue, node) => {
  if ("field" in node) return catalogue.field(node.field)?.label ?? String(node.field).replace(/^state\./, "");
  if ("event" in node) return String(node.event);
  if ("segment" in node) return catalogue.segmentsById.get(node.segment)?.name ?? "one that is gone";
  return "group";
};

// The value that an operator begins with.
export function initial(takes, choices = []) {
  const today = new Date().toLocaleDateString("sv");
  const first = choices[0]?.[0] ?? "";
  return {
    text: "", texts: [], choice: first, choices: first ? [first] : [], number: "",
    times: 1, two_numbers: ["", ""], two_times: ["", ""], yes_no: true, nothing: null, period: { amount: 30, unit: "days" },
    day: today, moment: today, two_moments: [today, today],
  }[takes];
}

const remembered = new WeakMap();

// The value for another operator: what stood there when it was last chosen, or what was written,
// as far as it fits.
export function carry(node, from, to, choices) {
  if (from === to) return node.value;
  const kept = remembered.get(node) ?? {};
  remembered.set(node, { ...kept, [from]: node.value });
  if (to in kept) return kept[to];
  const value = node.value;
  const one = Array.isArray(value) ? value[0] : value;
  const has = one !== undefined && one !== null && one !== "";
  if (has && ["text->texts", "choice->choices"].includes(`${from}->${to}`)) return [one];
  if (has && ["texts->text", "choices->choice", "two_numbers->number", "two_times->times", "two_moments->moment"].includes(`${from}->${to}`)) return one;
  if (has && ["number->two_numbers", "times->two_times"].includes(`${from}->${to}`)) return [one, ""];
  if (has && to === "two_moments" && ["day", "moment"].includes(from)) return [one, one];
  if (has && ["day", "moment"].includes(from) && ["day", "moment"].includes(to)) return String(one).slice(0, to === "day" ? 10 : 16);
  return initial(to, choices);
}
