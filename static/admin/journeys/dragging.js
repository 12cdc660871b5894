// Moving a step with the mouse or a finger; and moving the picture by its ground.

const NEAR = 90;
const FAR_ENOUGH = 6;
// A finger that rests takes the card; one that moves scrolls.
const REST = 350;

export function startDragging(flow) {
  const scroll = document.getElementById("flow-scroll");
  scroll.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".flow-card");
    const isHandle = event.target.closest(".flow-open");
    if (event.button !== 0 || flow.moving.isOn) return;
    if (card && isHandle && card.dataset.card !== "entry") new Drag(flow, card, event);
    else if (!card && !event.target.closest("button, a") && event.pointerType === "mouse") pan(scroll, event);
  });
}

class Drag {
  constructor(flow, card, event) {
    Object.assign(this, { flow, card, from: event, isOn: false });
    this.stop = new AbortController();
    const { signal } = this.stop;
    const isFinger = event.pointerType !== "mouse";
    if (isFinger) this.timer = setTimeout(() => this.begin(event), REST);
    addEventListener("pointermove", (moved) => this.move(moved, isFinger), { signal });
    addEventListener("pointerup", () => this.end(true), { signal });
    addEventListener("pointercancel", () => this.end(false), { signal });
    addEventListener("keydown", (pressed) => pressed.key === "Escape" && this.isOn && this.end(false), { signal, capture: true });
    // Once a finger holds a card, the page does not scroll.
    addEventListener("touchmove", (touched) => this.isOn && touched.preventDefault(), { signal, passive: false });
  }

  move(event, isFinger) {
    const far = Math.hypot(event.clientX - this.from.clientX, event.clientY - this.from.clientY);
    if (!this.isOn && far > FAR_ENOUGH) {
      if (isFinger) return this.end(false);
      this.begin(event);
    }
    return this.isOn && this.follow(event);
  }

  begin(event) {
    this.isOn = true;
    this.slots = this.flow.moving.places(this.card.dataset.card);
    this.flow.element.classList.add("moving");
    this.card.classList.add("moved");
    for (const slot of this.slots) slot.classList.add("target");
    this.image = document.createElement("div");
    this.image.className = "flow-dragged";
    this.image.textContent = this.card.querySelector(".flow-name").textContent;
    document.body.append(this.image);
    getSelection()?.removeAllRanges();
    this.follow(event);
  }

  follow({ clientX: x, clientY: y }) {
    this.image.style.translate = `${x + 12}px ${y + 12}px`;
    const scroll = document.getElementById("flow-scroll");
    const box = scroll.getBoundingClientRect();
    if (y > box.bottom - 40) scroll.scrollTop += 12;
    if (y < box.top + 40) scroll.scrollTop -= 12;
    if (x > box.right - 40) scroll.scrollLeft += 12;
    if (x < box.left + 40) scroll.scrollLeft -= 12;
    let near = NEAR;
    this.slot = null;
    for (const slot of this.slots) {
      const { left, right, top, bottom } = slot.getBoundingClientRect();
      const away = Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
      if (away < near) [near, this.slot] = [away, slot];
    }
    for (const slot of this.slots) slot.classList.toggle("chosen", slot === this.slot);
  }

  end(isPut) {
    clearTimeout(this.timer);
    this.stop.abort();
    if (!this.isOn) return;
    this.image.remove();
    // The click that ends a drag opens nothing.
    addEventListener("click", (event) => event.stopPropagation(), { capture: true, once: true });
    setTimeout(() => dispatchEvent(new Event("click")), 0);
    const { slot } = this;
    this.flow.moving.end();
    if (isPut && slot) this.flow.edit("move", { key: this.card.dataset.card, step: slot.dataset.step, outcome: slot.dataset.outcome });
  }
}

function pan(scroll, from) {
  const { scrollLeft, scrollTop } = scroll;
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener("pointermove", (event) => {
    scroll.scrollLeft = scrollLeft - (event.clientX - from.clientX);
    scroll.scrollTop = scrollTop - (event.clientY - from.clientY);
    scroll.classList.add("panned");
  }, { signal });
  for (const type of ["pointerup", "pointercancel"]) {
    addEventListener(type, () => {
      scroll.classList.remove("panned");
      stop.abort();
    }, { signal });
  }
}
