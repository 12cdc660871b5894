// The popup on a page, of a computer and of a phone: frames in which the site's own script draws it.

export class Screens {
  constructor(form) {
    const place = form.element.querySelector("[data-drawn]");
    this.frames = [...place.querySelectorAll("iframe")];
    this.ready = new Set();
    // A frame says so when its script is there; one that was there before we listened is asked by
    // loading it anew.
    addEventListener("message", (event) => this.hear(event));
    this.frames.forEach((frame) => frame.contentWindow.location.reload());
    const fit = new ResizeObserver((found) => found.forEach(scale));
    place.querySelectorAll(".popup-screen").forEach((screen) => fit.observe(screen));
  }

  hear({ origin, data, source }) {
    const frame = this.frames.find(({ contentWindow }) => contentWindow === source);
    if (origin !== location.origin || data !== "pushdesk" || !frame) return;
    this.ready.add(frame);
    this.draw(frame);
  }

  show({ popup }) {
    const said = JSON.stringify(popup);
    if (said === this.said) return;
    Object.assign(this, { said, popup });
    this.frames.forEach((frame) => this.draw(frame));
  }

  draw(frame) {
    if (this.popup && this.ready.has(frame)) frame.contentWindow.postMessage({ popup: this.popup }, location.origin);
  }
}

// A screen is drawn at its own width, made small enough for the page.
function scale({ contentRect, target }) {
  target.style.setProperty("--scale", contentRect.width / Number(getComputedStyle(target).getPropertyValue("--width")));
}
