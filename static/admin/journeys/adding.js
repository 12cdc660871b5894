// “+”: the kinds of steps by group, filtered by typing; choosing one opens its form.

export class Adding {
  constructor(flow) {
    this.flow = flow;
    this.dialog = document.getElementById("flow-kinds");
    this.filter = this.dialog.querySelector("#flow-filter");
    this.filter.addEventListener("input", () => this.draw());
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.opener?.isConnected && !this.isChosen && this.opener.focus());
  }

  open(button) {
    const slot = button.closest("[data-slot]");
    this.opener = button;
    this.isChosen = false;
    this.place = { step: slot.dataset.step, outcome: slot.dataset.outcome };
    this.dialog.querySelector("[data-where-words]").textContent = `It comes ${slot.dataset.words}.`;
    this.filter.value = "";
    this.draw();
    this.dialog.showModal();
    // On a phone its keyboard would hide half of what there is to choose.
    if (!matchMedia("(pointer: coarse)").matches) this.filter.focus();
    else this.dialog.querySelector("h2").focus();
  }

  get shown() {
    return [...this.dialog.querySelectorAll("[data-kind]")].filter((button) => !button.hidden);
  }

  draw() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const group of this.dialog.querySelectorAll("[data-group]")) {
      const title = group.querySelector("h3").textContent;
      const buttons = [...group.querySelectorAll("[data-kind]")];
      for (const button of buttons) {
        const text = `${title} ${button.querySelector("span + span").textContent}`.toLowerCase();
        button.hidden = !words.every((word) => text.includes(word));
      }
      group.hidden = buttons.every((button) => button.hidden);
    }
    this.dialog.querySelector("[data-none]").hidden = this.shown.length > 0;
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (button?.dataset.kind) this.choose(button);
    if (button?.dataset.cancel !== undefined || event.target === this.dialog) this.dialog.close();
  }

  choose(button) {
    this.isChosen = true;
    this.dialog.close();
    const asked = new URLSearchParams({ kind: button.dataset.kind, ...this.place });
    this.flow.panel.open(`flow/new/?${asked}`);
  }

  key(event) {
    const { shown } = this;
    const at = shown.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      (shown[next] ?? (next < 0 ? this.filter : shown.at(-1)))?.focus();
    } else if (event.key === "Enter" && document.activeElement === this.filter) {
      event.preventDefault();
      if (shown[0]) this.choose(shown[0]);
    }
  }
}
