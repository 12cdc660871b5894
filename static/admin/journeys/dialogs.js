// Dialogs that the server writes: what it means to publish, pause, delete.

import { focusOn, get, say } from "./server.js";

export class Dialogs {
  constructor(flow) {
    this.flow = flow;
    this.dialog = document.getElementById("flow-dialog");
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-dialog]");
      if (!button) return;
      // What is in a menu is hidden with it.
      this.opener = (button.closest("[data-drop]")?.querySelector("summary") ?? button).dataset.focus;
      this.open(button.dataset.dialog);
    });
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("close", () => this.giveBack());
    this.dialog.addEventListener("htmx:responseError", () => say("This cannot be done at the moment.", true));
  }

  async open(address) {
    this.flow.menus.closeAll();
    if (!(await this.flow.panel.leave(() => this.open(address)))) return;
    try {
      this.dialog.innerHTML = (await get(this.flow.base + address)).text;
    } catch (error) {
      say(error.message.replace("Not saved: ", ""), true);
      return;
    }
    window.htmx.process(this.dialog);
    this.dialog.showModal();
  }

  // The focus goes back to where it came from, unless something else has it by now.
  giveBack() {
    const { activeElement: has, body } = document;
    if (this.opener && (has === body || !has.checkVisibility())) focusOn(this.opener);
    this.opener = "";
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (button?.dataset.cancel !== undefined || event.target === this.dialog) this.dialog.close();
    if (button?.dataset.branch) {
      this.dialog.close();
      this.flow.edit("delete", { key: button.closest("[data-deleting]").dataset.deleting, branch: button.dataset.branch });
    }
    if (button?.dataset.jump) {
      this.dialog.close();
      this.flow.jump(button.dataset.jump);
    }
  }

  // Asks first where more than the step goes.
  remove(key) {
    this.opener = `card:${key}`;
    return this.open(`flow/delete/${key}/`);
  }
}
