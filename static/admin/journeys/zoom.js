// How large the picture is.

const LEAST = 0.25;
const MOST = 1.5;

export class Zoom {
  constructor(flow) {
    this.flow = flow;
    this.scroll = document.getElementById("flow-scroll");
    this.factor = Number(sessionStorage.getItem("flow-zoom")) || 1;
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
    if (how === "out") this.to(this.factor - 0.1);
    if (how === "reset") this.to(1);
    if (how === "fit") this.fit();
  }

  to(factor) {
    this.factor = Math.min(MOST, Math.max(LEAST, factor));
    sessionStorage.setItem("flow-zoom", this.factor);
    this.show();
  }

  fit() {
    const { canvas } = this.flow;
    const width = canvas.scrollWidth / this.factor;
    const height = canvas.scrollHeight / this.factor;
    canvas.style.zoom = 1;
    const wide = canvas.scrollWidth || width;
    const high = canvas.scrollHeight || height;
    this.to(Math.min(1, this.scroll.clientWidth / wide, this.scroll.clientHeight / high));
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
