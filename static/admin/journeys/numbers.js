// The live numbers on the picture: asked for every few seconds while somebody looks, and put in
// their places one by one, so that nothing else moves and nothing loses the focus.

const SWITCH = "flow-numbers";
const exact = new Intl.NumberFormat("en");

export class Numbers {
  constructor(flow) {
    this.flow = flow;
    this.form = document.getElementById("flow-live");
    if (!this.form) return;
    this.data = JSON.parse(document.getElementById("flow-numbers").textContent);
    this.switch = this.form.querySelector("[data-on]");
    this.switch.checked = localStorage.getItem(SWITCH) !== "off";
    this.form.addEventListener("change", (event) => this.changed(event.target));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("flow:placed", () => this.show());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.pause() : this.ask()));
    this.turn();
    this.show();
    this.later();
  }

  get query() {
    const found = new URLSearchParams();
    const { period, version, from, to } = this.form.elements;
    if (period.value !== "all") found.set("period", period.value);
    if (period.value === "own") {
      found.set("from", from.value);
      found.set("to", to.value);
    }
    if (version.value !== "all") found.set("version", version.value);
    return found;
  }

  changed(input) {
    if (input === this.switch) {
      localStorage.setItem(SWITCH, input.checked ? "on" : "off");
      this.turn();
      return this.ask();
    }
    this.turn();
    if (!this.isWhole()) {
      const { from, to } = this.form.elements;
      return this.say(from.value && to.value ? "The first day is after the last one." : "");
    }
    history.replaceState(null, "", [location.pathname, this.query].filter(String).join("?"));
    this.lead();
    return this.ask();
  }

  // Whether what is chosen can be asked for.
  isWhole() {
    const { period, from, to } = this.form.elements;
    return period.value !== "own" || Boolean(from.value && to.value && from.value <= to.value);
  }

  // What is seen at all.
  turn() {
    this.flow.element.classList.toggle("with-numbers", this.switch.checked);
    const { value } = this.form.elements.period;
    this.form.querySelector(".flow-days").hidden = value !== "own";
    this.form.querySelector(".flow-zone").hidden = value === "all";
  }

  later() {
    clearTimeout(this.timer);
    if (this.switch.checked && !document.hidden) this.timer = setTimeout(() => this.ask(), 1000 * (this.data.again ?? 5));
  }

  pause() {
    clearTimeout(this.timer);
  }

  async ask() {
    this.pause();
    if (!this.switch.checked || !this.isWhole()) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    try {
      const answer = await fetch(`${this.form.dataset.from}?${this.query}`, { signal: asking.signal });
      const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
      const data = isOurs ? await answer.json() : {};
      if (answer.ok && isOurs) {
        this.data = data;
        this.say("");
        this.show();
      } else {
        this.say(data.error ?? "The numbers cannot be had at the moment.");
        // The same question would get the same answer.
        if (data.error) return;
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      this.say("No connection: these numbers are old.");
    }
    this.later();
  }

  say(words) {
    const line = this.form.querySelector(".flow-live-said");
    if (line.textContent !== words) line.textContent = words;
  }

  count(name) {
    return this.data.counts?.[name] ?? 0;
  }

  show() {
    const { canvas } = this.flow;
    for (const place of canvas.querySelectorAll("[data-number]")) number(place, this.count(place.dataset.number));
    for (const place of canvas.querySelectorAll("[data-unless-zero]")) place.hidden = !this.count(place.dataset.unlessZero);
    for (const place of canvas.querySelectorAll("[data-unless-empty]")) place.hidden = !this.data.texts?.[place.dataset.unlessEmpty];
    for (const place of canvas.querySelectorAll("[data-text]")) write(place, this.data.texts?.[place.dataset.text] ?? "");
    for (const place of canvas.querySelectorAll("[data-rate]")) {
      const of = this.count(place.dataset.of);
      write(place, of ? `(${((100 * this.count(place.dataset.rate)) / of).toFixed(1)} %)` : "");
    }
    this.lead();
  }

  // Where each number leads to: to those of the same time and version.
  lead() {
    for (const link of this.flow.canvas.querySelectorAll("[data-who]")) {
      link.search = `?${[link.dataset.who, this.query].filter(String).join("&")}`;
    }
  }
}

function number(place, count) {
  const whole = exact.format(count);
  const shown = "tight" in place.dataset ? short(count) : whole;
  write(place, shown);
  if (place.dataset.says) {
    place.title = `${whole} ${place.dataset.says}`;
    place.setAttribute("aria-label", place.title);
  }
}

// 12 k says enough where there is no room; under the pointer stands the exact number.
function short(count) {
  if (count < 10_000) return exact.format(count);
  const [by, unit] = count < 1_000_000 ? [1_000, "k"] : [1_000_000, "M"];
  const scaled = count / by;
  return `${scaled < 10 ? Math.floor(scaled * 10) / 10 : Math.floor(scaled)} ${unit}`;
}

function write(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
