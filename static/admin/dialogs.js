// Dialogs of the theme that cannot be fetched, or sent, say so. Alone the theme would open an empty
// one, or the one that was open before, and throw a form away that was sent while logged out.

{
  const WORDS = {
    "htmx:sendError": "The back office could not be reached. Try again.",
    "htmx:responseError": "That did not work. Load the page again and try once more.",
  };
  const ANOTHER_PAGE = "That did not work. Are you still logged in? Load the page again.";

  const say = (words) => {
    const content = document.getElementById("modal-content");
    let note = content.querySelector("[data-failed]");
    if (!note) {
      note = document.createElement("p");
      note.className = "dialog-words warning";
      note.dataset.failed = "";
      note.setAttribute("role", "alert");
      content.prepend(note);
    }
    note.textContent = words;
    note.hidden = false;
  };

  const open = (opener, words) => {
    const state = window.Alpine.$data(opener);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button-plain";
    close.textContent = "Close";
    close.addEventListener("click", () => (state.openModal = false));
    document.getElementById("modal-content").replaceChildren(close);
    say(words);
    Object.assign(state, { openModal: true, isOpener: true });
    // The theme shows it a moment later.
    setTimeout(() => close.focus(), 50);
  };

  const fail = (elt, words) => {
    if (elt.matches(".opens-dialog")) open(elt, words);
    else if (elt.closest("#modal-content")) say(words);
  };

  for (const [kind, words] of Object.entries(WORDS)) {
    document.addEventListener(kind, ({ detail }) => fail(detail.elt, words));
  }

  // Another page came instead, such as the one to log in: what she wrote stays.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.shouldSwap || !detail.target.matches("#modal-content, #dialog, #dialog-form")) return;
    if (detail.serverResponse.includes('id="dialog')) return;
    detail.shouldSwap = false;
    fail(detail.requestConfig.elt, ANOTHER_PAGE);
  });
}
