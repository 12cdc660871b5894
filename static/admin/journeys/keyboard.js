// The keyboard: from card to card with the arrows, and what can be done with the card.

export function startKeyboard(flow) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || flow.moving?.isOn) return;
    if (undo(flow, event)) return;
    const card = event.target.closest?.("#flow-canvas .flow-card");
    if (card && event.target.matches(".flow-open")) onCard(flow, card, event);
    else if (event.target.matches?.("#flow-canvas button") && go(event.target, event)) event.preventDefault();
  });
}

// In a field these keys are the browser's own.
function undo(flow, event) {
  const isKey = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z";
  if (!isKey || !flow.writes || event.target.matches?.("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return false;
  event.preventDefault();
  flow.edit(event.shiftKey ? "redo" : "undo");
  return true;
}

function onCard(flow, card, event) {
  const key = card.dataset.card;
  const done = () => event.preventDefault();
  const isStep = key !== "entry" && flow.writes;
  if (event.altKey && isStep && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    done();
    flow.moving.step(key, event.key === "ArrowUp" ? -1 : 1);
  } else if (event.altKey || event.ctrlKey || event.metaKey) {
    return;
  } else if (go(event.target, event)) {
    done();
  } else if (isStep && ["Delete", "Backspace"].includes(event.key)) {
    done();
    flow.dialogs.remove(key);
  } else if (isStep && event.key.toLowerCase() === "m") {
    done();
    flow.moving.begin(key);
  } else if (isStep && event.key.toLowerCase() === "d") {
    done();
    if (card.dataset.main) flow.edit("duplicate", { key });
  } else if (flow.writes && event.key === "+") {
    done();
    const place = key === "entry" ? ":" : `${key}:${card.dataset.main}`;
    const button = document.querySelector(`[data-focus="${CSS.escape(`add:${place}`)}"]`) ?? card.nextElementSibling?.querySelector("[data-add]");
    if (button) flow.adding.open(button);
  }
}

const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// To the nearest card in that direction, as one sees it.
function go(from, event) {
  const way = WAYS[event.key];
  if (!way) return false;
  const [across, down] = way;
  const at = middle(from);
  let best = null;
  for (const other of document.querySelectorAll("#flow-canvas .flow-open")) {
    if (other === from) continue;
    const { x, y } = middle(other);
    const along = across * (x - at.x) + down * (y - at.y);
    const aside = Math.abs(across ? y - at.y : x - at.x);
    if (along < 8) continue;
    const away = along + aside * (across ? 3 : 2);
    if (!best || away < best.away) best = { other, away };
  }
  if (!best) return true;
  best.other.focus({ preventScroll: true });
  best.other.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

function middle(element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}
