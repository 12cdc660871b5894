// Dialogs that the server writes: what it means to publish, pause, delete.

import { get, say } from "./server.js";

export class Dialogs {
  constructor(flow) {
    this.flow = flow;
    this.dialog = document.getElementById("flow-dialog");
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-dialog]");
      if (button) this.open(button.dataset.dialog);
    });
    this.dialog.addEventListener("click", (event) => this.clicked(event));
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
    return this.open(`flow/delete/${key}/`);
  }
}
