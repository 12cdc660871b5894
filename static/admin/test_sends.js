// The dialog of test sends: says when the page has changes that the test does not send yet.

const form = document.querySelector("form.warn-unsaved-form");

const written = () =>
  JSON.stringify(
    [...new FormData(form)].map(([name, value]) => [
      name,
      value instanceof File ? `${value.name} ${value.size}` : value,
    ]),
  );

// As the page is when she first touches it: its own scripts have filled in what they fill in.
let saved;
const look = () => {
  if (form) saved ??= written();
};
for (const kind of ["pointerdown", "keydown", "beforeinput"]) {
  document.addEventListener(kind, look, { capture: true, once: true });
}

document.addEventListener("htmx:load", ({ detail }) => {
  const { elt } = detail;
  if (!elt.matches?.(".test-send")) return;
  if (saved !== undefined) elt.querySelector("[data-unsaved]").hidden = saved === written();
  const opener = document.activeElement?.closest(".opens-dialog");
  // The theme shows it a moment later; whoever has closed it by then stays where she is. (It hides
  // it a moment later, too, so its own word is taken.)
  const isOpen = () => window.Alpine.$data(opener).openModal;
  if (opener && !elt.contains(opener)) setTimeout(() => isOpen() && elt.focus(), 50);
  // The button that was pressed is another one now.
  else if (document.activeElement === document.body) {
    const wrong = elt.querySelector(".errors :is(input, select, textarea)");
    (wrong || elt.querySelector("#test-submit")).focus({ preventScroll: true });
  }
  const answer = elt.querySelector(".test-answers h2, .errors, [data-errors] > *");
  answer?.scrollIntoView({ block: "nearest" });
});
