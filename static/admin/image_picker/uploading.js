// Sending a picture to the desk, which says what it stored or why it did not.

const ACCEPTED = "image/png,image/jpeg,image/webp,image/gif";
const MAX_BYTES = 5_000_000;

// The first file of a drop or a paste.
export const fileOf = (transfer) => transfer?.files?.[0] ?? null;
export const hasFiles = (transfer) => [...(transfer?.types ?? [])].includes("Files");

// Resolves with the stored image, {id, name, address, width, height, size}; rejects with an error
// in words. `progress` is called with whole per cents.
export function send(file, { to, site, progress }) {
  return new Promise((resolve, reject) => {
    const fail = (words) => reject(new Error(words));
    if (file.size > MAX_BYTES) return fail("The file is too large: at most 5 MB.");
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(Math.floor((100 * loaded) / total)));
    request.addEventListener("load", () => {
      const told = parse(request.responseText);
      request.status === 200 && told?.address ? resolve(told) : fail(told?.message ?? words(request));
    });
    request.addEventListener("error", () => fail("The connection broke. Try again."));
    const body = new FormData();
    body.append("site", site);
    body.append("file", file);
    request.open("POST", to);
    request.setRequestHeader("X-CSRFToken", token());
    request.send(body);
  });
}

let asking = null;

// Asks for files; nothing comes of it when the person changes their mind. One input for the whole
// page, outside of its forms: what is chosen in it is nothing that they would have to save.
export function ask(take, { several = false } = {}) {
  if (!asking) {
    asking = Object.assign(document.createElement("input"), { type: "file", accept: ACCEPTED, hidden: true });
    // The theme would write the file's name into some text field nearby.
    asking.hasChangeListener = true;
    document.body.append(asking);
  }
  asking.multiple = several;
  asking.value = "";
  asking.onchange = () => asking.files.length && take([...asking.files]);
  asking.click();
}

// The cookie first: after a new log-in in another tab, the one in the page is none any more.
const token = () =>
  document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function words(request) {
  if (request.status === 413) return "The file is too large for this server.";
  if (request.responseURL.includes("/login/")) return "You are logged out. Log in in another tab, then try again.";
  if (request.status === 403) return "You may not upload images, or this page is too old: reload it.";
  return "That did not work. Try again.";
}
