// Moving a step with the mouse or a finger; and moving the picture by its ground.

const NEAR = 90;
const FAR_ENOUGH = 6;
// A finger is never quite still.
const TREMBLE = 12;
// A finger that rests takes the card; one that moves scrolls.
const REST = 350;
const EDGE = 48;
const PACE = 10;

// The drag that is on.
let held = null;

export function startDragging(flow) {
  const scroll = document.getElementById("flow-scroll");
  scroll.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".flow-card");
    const isHandle = event.target.closest(".flow-open");
    if (event.button !== 0 || flow.moving.isOn) return;
    if (card && isHandle && card.dataset.card !== "entry") new Drag(flow, card, event);
    else if (!card && !event.target.closest("button, a") && event.pointerType === "mouse") pan(scroll, event);
  });
  // While a finger holds a card, nothing scrolls and no menu of the browser opens. Browsers ask
  // this of what listens when the finger comes down: a listener that is added later is too late.
  scroll.addEventListener("touchmove", (event) => held && event.cancelable && event.preventDefault(), { passive: false });
  scroll.addEventListener("contextmenu", (event) => held && event.preventDefault());
}

class Drag {
  constructor(flow, card, event) {
    Object.assign(this, { flow, card, from: event, isOn: false });
    this.stop = new AbortController();
    const { signal } = this.stop;
    const isFinger = event.pointerType !== "mouse";
    if (isFinger) this.timer = setTimeout(() => this.begin(event), REST);
    const isMine = ({ pointerId }) => pointerId === event.pointerId;
    addEventListener("pointermove", (moved) => isMine(moved) && this.move(moved, isFinger), { signal });
    addEventListener("pointerup", (lifted) => isMine(lifted) && this.end(true), { signal });
    addEventListener("pointercancel", (gone) => isMine(gone) && this.end(false), { signal });
    addEventListener("keydown", (pressed) => pressed.key === "Escape" && this.isOn && this.end(false), { signal, capture: true });
  }

  move(event, isFinger) {
    const far = Math.hypot(event.clientX - this.from.clientX, event.clientY - this.from.clientY);
    if (!this.isOn && far > (isFinger ? TREMBLE : FAR_ENOUGH)) {
      if (isFinger) return this.end(false);
      this.begin(event);
    }
    return this.isOn && this.follow(event);
  }

  begin(event) {
    this.isOn = true;
    held = this;
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
    this.glide();
  }

  follow({ clientX: x, clientY: y }) {
    this.at = { x, y };
    // Beside the pointer; above a finger, which hides what is below it.
    const isFinger = this.from.pointerType !== "mouse";
    const { offsetWidth: wide, offsetHeight: high } = this.image;
    const left = isFinger ? x - wide / 2 : x + 12;
    this.image.style.translate = `${Math.max(4, Math.min(left, innerWidth - wide - 4))}px ${isFinger ? y - high - 28 : y + 12}px`;
    this.choose();
  }

  // At the edges the picture moves by itself for as long as the pointer rests there.
  glide() {
    if (!this.isOn) return;
    const scroll = document.getElementById("flow-scroll");
    const box = scroll.getBoundingClientRect();
    const { x, y } = this.at;
    const before = [scroll.scrollLeft, scroll.scrollTop].join();
    if (y > Math.min(box.bottom, innerHeight) - EDGE) scroll.scrollTop += PACE;
    if (y < Math.max(box.top, 0) + EDGE) scroll.scrollTop -= PACE;
    if (x > box.right - EDGE) scroll.scrollLeft += PACE;
    if (x < box.left + EDGE) scroll.scrollLeft -= PACE;
    if (before !== [scroll.scrollLeft, scroll.scrollTop].join()) this.choose();
    requestAnimationFrame(() => this.glide());
  }

  choose() {
    const { x, y } = this.at;
    let near = NEAR;
    this.slot = null;
    for (const slot of this.isAtHome() ? [] : this.slots) {
      const { left, right, top, bottom } = slot.getBoundingClientRect();
      const away = Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
      if (away < near) [near, this.slot] = [away, slot];
    }
    for (const slot of this.slots) slot.classList.toggle("chosen", slot === this.slot);
  }

  // Over the card itself nothing is meant, however near a place is on a small picture.
  isAtHome() {
    const { left, right, top, bottom } = this.card.getBoundingClientRect();
    const { x, y } = this.at;
    return x > left && x < right && y > top && y < bottom;
  }

  end(isPut) {
    clearTimeout(this.timer);
    this.stop.abort();
    if (!this.isOn) return;
    this.isOn = false;
    held = null;
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
