// Talking with the server: one request after the other, and its answer put on the page.

let last = Promise.resolve();

export class Failed extends Error {}

// Sends a form once what was sent before has been answered. `make` returns the form then.
export function send(address, make) {
  const turn = last.then(() => post(address, make()));
  last = turn.catch(() => {});
  return turn;
}

export const settled = () => last;

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token() } }).catch(() => null);
  return read(answer);
}

export async function get(address) {
  return read(await fetch(address).catch(() => null));
}

async function read(answer) {
  if (!answer) throw new Failed("Not saved: is the connection there?");
  if (answer.status === 404) throw new Failed("Not saved: this is not in the journey any more.");
  if (answer.status === 403) throw new Failed("Not saved: you may not change this journey.");
  if (!answer.ok) throw new Failed("Not saved: the server cannot do it at the moment.");
  if (!answer.headers.get("X-Flow")) throw new Failed("Not saved: your session has ended. Log in again in another tab, then try again: nothing is lost.");
  const told = JSON.parse(answer.headers.get("HX-Trigger-After-Settle") ?? "{}")["flow:done"] ?? {};
  return { text: await answer.text(), told };
}

export const token = () => document.querySelector("#flow [name=csrfmiddlewaretoken]").value;

// Puts each piece in the place of what has its id; the focus stays where it was.
export function place({ text }) {
  const box = document.createElement("template");
  box.innerHTML = text;
  const held = document.activeElement?.dataset?.focus;
  const result = box.content.querySelector("#flow-result")?.dataset ?? {};
  for (const piece of [...box.content.children]) {
    const old = piece.id && document.getElementById(piece.id);
    if (!old) continue;
    if (piece.id === "panel-leads" && old.contains(document.activeElement) && document.activeElement.matches("select") && same(old, piece)) continue;
    if (old.tagName === "INPUT") old.value = piece.value;
    else {
      old.replaceWith(piece);
      window.htmx.process(piece);
    }
  }
  if (held && document.activeElement === document.body) focusOn(held);
  document.dispatchEvent(new CustomEvent("flow:placed"));
  return result;
}

const chosen = (place) => [...place.querySelectorAll("select")].map((select) => select.value).join();
const same = (old, piece) => old.textContent === piece.textContent && chosen(old) === chosen(piece);

export function focusOn(name) {
  const found = document.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (found) found.focus({ preventScroll: false });
  return Boolean(found);
}

// Says it to everybody: as a line on the page that is read out as well.
export function say(words, isBad = false) {
  const line = document.getElementById("flow-said");
  line.textContent = words;
  line.classList.toggle("bad", isBad);
}
