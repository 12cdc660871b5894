// Dialogs of the theme that cannot be fetched, or sent: what the page shows then. Alone the theme
// would open an empty one, or the one that was open before.

{
  const WORDS = {
    "htmx:sendError": "The back office could not be reached. Try again.",
    "htmx:responseError": "That did not work. Load the page again and try once more.",
  };

  const show = (opener, words) => {
    const said = document.createElement("p");
    said.className = "dialog-words warning";
    said.setAttribute("role", "alert");
    said.textContent = words;
    document.getElementById("modal-content").replaceChildren(said);
    window.Alpine.$data(opener).openModal = true;
  };

  for (const [kind, words] of Object.entries(WORDS)) {
    document.addEventListener(kind, ({ detail: { elt } }) => {
      const note = elt.closest("#dialog")?.querySelector("[data-failed]");
      if (note) {
        note.textContent = words;
        note.hidden = false;
      } else if (elt.matches(".opens-dialog")) {
        show(elt, words);
      }
    });
  }

  // Another page came instead, such as the one to log in.
  document.addEventListener("htmx:afterOnLoad", ({ detail: { elt, successful } }) => {
    if (!successful || !elt.matches(".opens-dialog")) return;
    const isThere = document.querySelector("#modal-content > #dialog");
    if (!isThere) show(elt, "That did not work. Are you still logged in? Load the page again.");
  });
}
