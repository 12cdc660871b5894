// Shows the popup as it is being written: posts the form, and hands what comes back to the frames,
// in which the site's own script draws it.

const PAUSE = 250;

function start(preview) {
  const form = preview.closest("form");
  const frames = [...preview.querySelectorAll("iframe")];
  const words = preview.querySelector("[data-words]");
  const usual = words.textContent;
  const ready = new Set();
  let popup = null;
  let timer;
  let asking = null;

  const draw = (frame) => {
    if (popup && ready.has(frame)) frame.contentWindow.postMessage({ popup }, location.origin);
  };
  const say = (text) => {
    words.textContent = text || usual;
    words.classList.toggle("warning", Boolean(text));
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    preview.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(preview.dataset.popupPreview, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        signal,
      });
      if (response.redirected || !response.headers.get("Content-Type")?.includes("json")) {
        throw new Error(`status ${response.status}`);
      }
      const answer = await response.json();
      popup = answer.popup || popup;
      frames.forEach(draw);
      say(answer.message);
    } catch {
      if (signal.aborted) return;
      say("The preview did not come. It is tried again at your next change.");
    }
    preview.removeAttribute("aria-busy");
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  // A frame says so when its script is there; one that was there before we listened is asked by
  // loading it anew.
  addEventListener("message", ({ origin, data, source }) => {
    const frame = frames.find(({ contentWindow }) => contentWindow === source);
    if (origin !== location.origin || data !== "pushdesk" || !frame) return;
    ready.add(frame);
    draw(frame);
  });
  frames.forEach((frame) => frame.contentWindow.location.reload());

  for (const name of ["input", "change"]) form.addEventListener(name, soon);
  // Rows of buttons that are added, removed or moved, and values that scripts set.
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
  new MutationObserver(soon).observe(form.querySelector("#buttons-group") || form, {
    childList: true,
    subtree: true,
    attributeFilter: ["value"],
  });
  window.django?.jQuery?.(form).on("change", "select", soon);

  // The computer's screen is drawn at its own width, made small enough for the page.
  const fit = ([{ contentRect, target }]) => {
    target.style.setProperty("--scale", contentRect.width / Number(getComputedStyle(target).getPropertyValue("--width")));
  };
  preview.querySelectorAll(".popup-screen").forEach((screen) => new ResizeObserver(fit).observe(screen));
  soon();
}

document.querySelectorAll("[data-popup-preview]").forEach(start);
