// Makes a rule builder of each text area that asks for one (templates/admin/segments/rule_widget.html).

import { Editor } from "./editor.js";

function start(element) {
  const editor = new Editor(element);
  const { form } = editor;

  // Only a new row chooses its site; the choice decides what can be asked for.
  const site = form.elements.site;
  if (site?.matches?.("select")) {
    editor.site = Number(site.value) || editor.site;
    const follow = () => {
      const chosen = Number(site.value) || null;
      // Django says “changed” once at the start, too.
      if (chosen === editor.site) return;
      editor.settings.problems = [];
      editor.open(chosen);
    };
    site.addEventListener("change", follow);
    // Django's "add another" popup sets the choice through jQuery.
    window.django?.jQuery?.(site).on("change", follow);
  }

  // A list from a file has no rule.
  const kind = form.elements.kind;
  if (kind?.matches?.("select") && editor.textarea.name === "rule") {
    const row = element.closest(".field-line") ?? element.parentElement.parentElement;
    const show = () => (row.hidden = kind.value !== "rule");
    kind.addEventListener("change", show);
    show();
  }

  editor.open(editor.site);
}

// The blank row that others are copied from stays as it is: its copies start when they are added.
function startIn(place) {
  for (const element of place.querySelectorAll("[data-rule-builder]:not(.ready)")) {
    if (!element.closest(".empty-form")) start(element);
  }
}

startIn(document);
document.addEventListener("formset:added", ({ target }) => startIn(target));
