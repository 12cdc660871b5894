// How large the picture is.

const LEAST = 0.25;
const MOST = 1.5;
// What fits is seen whole, however large it is.
const LEAST_FIT = 0.08;

export class Zoom {
  constructor(flow) {
    this.flow = flow;
    this.scroll = document.getElementById("flow-scroll");
    // Each journey's own: one that is large says nothing of the next.
    this.kept = `flow-zoom:${flow.base}`;
    this.factor = Number(sessionStorage.getItem(this.kept)) || 1;
    flow.element.addEventListener("click", (event) => {
      const how = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (how) this.change(how);
    });
    this.scroll.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.to(this.factor * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
    }, { passive: false });
    this.show();
    this.centre();
  }

  change(how) {
    if (how === "in") this.to(this.factor + 0.1);
    if (how === "out") this.to(this.factor - 0.1, Math.min(LEAST, this.factor));
    if (how === "reset") this.to(1);
    if (how === "fit") this.fit();
  }

  to(factor, least = LEAST) {
    const { scroll } = this;
    const before = this.factor;
    const middle = [scroll.scrollLeft + scroll.clientWidth / 2, scroll.scrollTop + scroll.clientHeight / 2];
    this.factor = Math.min(MOST, Math.max(least, factor));
    sessionStorage.setItem(this.kept, this.factor);
    this.show();
    // What is in the middle stays there.
    scroll.scrollLeft = middle[0] * this.factor / before - scroll.clientWidth / 2;
    scroll.scrollTop = middle[1] * this.factor / before - scroll.clientHeight / 2;
  }

  fit() {
    const { canvas } = this.flow;
    const width = canvas.scrollWidth / this.factor;
    const height = canvas.scrollHeight / this.factor;
    canvas.style.zoom = 1;
    const wide = canvas.scrollWidth || width;
    const high = canvas.scrollHeight || height;
    this.to(Math.min(1, this.scroll.clientWidth / wide, this.scroll.clientHeight / high), LEAST_FIT);
    this.centre();
  }

  centre() {
    this.scroll.scrollTop = 0;
    this.scroll.scrollLeft = (this.scroll.scrollWidth - this.scroll.clientWidth) / 2;
  }

  // Also after the canvas and the toolbar are others.
  show() {
    this.flow.canvas.style.zoom = this.factor;
    const shown = document.querySelector("[data-zoom=reset]");
    if (shown) shown.textContent = `${Math.round(this.factor * 100)} %`;
  }
}
