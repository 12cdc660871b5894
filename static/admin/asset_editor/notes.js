// What a browser leaves out of a push, in words.

const NUMBERS = ["first", "second", "third"];

export function notesOf(client, notification, own, cut) {
  const missing = [...ignored(client, notification, own), ...buttonsLeft(client, notification.actions ?? [])];
  return [
    missing.length ? `Not shown here: ${missing.join(", ")}` : "",
    cut.length ? `Cut here: ${cut.join(", ")}` : "",
    missing.length || cut.length ? "" : "Everything is shown",
  ].filter(Boolean);
}

function ignored({ shows }, notification, own) {
  const parts = [
    ["image", notification.image, "image"],
    ["icon", notification.icon && own.includes("icon"), "icon"],
    ["badge", notification.badge && own.includes("badge"), "badge"],
    ["require_interaction", notification.requireInteraction, "staying on screen"],
    ["silent", notification.silent, "silence"],
    ["tag", notification.tag, "replacing an earlier one"],
    ["dir", notification.dir, "text direction"],
  ];
  return parts.filter(([name, isThere]) => isThere && shows[name] === false).map(([, , words]) => words);
}

function buttonsLeft({ max_actions: most }, buttons) {
  const left = buttons.length - most;
  if (left <= 0) return [];
  if (most === 0) return [buttons.length === 1 ? "button" : "buttons"];
  return buttons.slice(most).map((_, place) => `${NUMBERS[most + place] ?? "another"} button`);
}
