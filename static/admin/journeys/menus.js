// The small menus of cards and of the toolbar.

export class Menus {
  constructor(flow) {
    this.flow = flow;
    document.addEventListener("click", (event) => {
      const more = event.target.closest("[data-more]");
      if (more) return this.toggle(more);
      const item = event.target.closest("[data-do]");
      if (item) this.run(item.closest("[data-card]").dataset.card, item.dataset.do);
      const inside = event.target.closest(".flow-dropped") && !event.target.closest("button, a");
      if (!event.target.closest("[data-drop] > summary")) this.closeAll(inside ? event.target.closest("[data-drop]") : null);
      return undefined;
    });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("toggle", ({ target }) => target.matches?.("[data-drop]") && target.open && this.closeAll(target), true);
  }

  toggle(button) {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    this.closeAll();
    if (isOpen) return;
    const menu = button.nextElementSibling;
    button.setAttribute("aria-expanded", "true");
    menu.hidden = false;
    menu.querySelector("button").focus();
  }

  closeAll(but = null) {
    for (const menu of document.querySelectorAll(".flow-menu:not([hidden])")) {
      menu.hidden = true;
      menu.previousElementSibling.setAttribute("aria-expanded", "false");
    }
    for (const drop of document.querySelectorAll("[data-drop][open]")) if (drop !== but) drop.open = false;
  }

  key(event) {
    const menu = event.target.closest?.(".flow-menu, .flow-dropped");
    const drop = document.querySelector("[data-drop][open]");
    if (event.key === "Escape" && drop && !menu) {
      event.preventDefault();
      drop.open = false;
      drop.querySelector("summary").focus();
    }
    if (!menu) return;
    const items = [...menu.querySelectorAll("button, a")];
    const at = items.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      const opener = menu.parentElement.querySelector("[data-more], summary");
      this.closeAll();
      opener.focus();
    }
  }

  run(key, verb) {
    this.closeAll();
    if (verb === "move") this.flow.moving.begin(key);
    if (verb === "duplicate") this.flow.edit("duplicate", { key });
    if (verb === "delete") this.flow.dialogs.remove(key);
  }
}
