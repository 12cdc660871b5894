// The import wizard: shows how far an upload and an import have come, without leaving the page.

const EVERY_MS = 1000;
const AFTER_FAILURE_MS = 5000;

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

function offerProperties() {
  for (const row of document.querySelectorAll("[data-column]")) {
    const select = row.querySelector("select[name^='to_']");
    const property = row.querySelector("[data-property]");
    if (!property) continue;
    const show = () => property.classList.toggle("unused", select.value !== "state");
    select.addEventListener("change", show);
    show();
  }
}

function showChosenFile() {
  for (const input of document.querySelectorAll("#upload input[type=file]")) {
    const name = input.closest("label")?.querySelector("input[type=text]");
    input.addEventListener("change", () => {
      if (name && input.files[0]) name.value = input.files[0].name;
    });
  }
}

// Sent from here, a refused form keeps its file: a page that comes back has lost it.
function sendUpload(form) {
  const bar = document.getElementById("upload-bar");
  const button = form.querySelector("[type=submit]");
  const say = (text) => (bar.querySelector("p").textContent = text);
  const request = new XMLHttpRequest();

  const done = () => {
    bar.hidden = true;
    button.disabled = false;
  };
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.querySelector("progress").value = (100 * loaded) / total;
    say(loaded < total ? `${Math.floor((100 * loaded) / total)} % uploaded` : "Looking at the file…");
  });
  request.addEventListener("load", () => {
    if (request.status < 400 && new URL(request.responseURL).pathname !== location.pathname) {
      location.assign(request.responseURL);
      return;
    }
    done();
    if (request.status >= 400) {
      bar.hidden = false;
      say(request.status === 413 ? "The file is too large for this server." : "That did not work. Try again.");
      return;
    }
    const page = parse(request.responseText);
    for (const place of form.querySelectorAll("[data-errors]")) {
      const found = page.querySelector(`[data-errors="${place.dataset.errors}"]`);
      place.replaceChildren(...(found ? found.childNodes : []));
    }
    const first = [...form.querySelectorAll("[data-errors]")].find((place) => place.textContent.trim());
    first?.closest(".import-field")?.querySelector("input, select, textarea")?.focus();
  });
  request.addEventListener("error", () => {
    done();
    bar.hidden = false;
    say("The connection broke. Try again.");
  });
  request.open("POST", location.href);
  request.send(new FormData(form));
  bar.hidden = false;
  button.disabled = true;
  say("Uploading…");
}

async function follow() {
  const page = document.getElementById("import");
  if (!page?.dataset.progress) return;
  let wait = EVERY_MS;
  try {
    const answer = await fetch(page.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const now = await answer.json();
    if (now.status !== page.dataset.status) {
      const fresh = parse(await (await fetch(location.href)).text());
      page.replaceWith(fresh.getElementById("import"));
    } else {
      page.querySelector("progress").value = now.percent;
      for (const place of page.querySelectorAll("[data-show]")) {
        place.textContent = now[place.dataset.show].toLocaleString("en");
      }
    }
  } catch {
    // Logged out, or the server restarts: what is shown stays, and it is asked again.
    wait = AFTER_FAILURE_MS;
  }
  setTimeout(follow, wait);
}

// What a click would lose is asked about first.
document.addEventListener("submit", (event) => {
  const isMoving = document.querySelector("[data-progress]");
  if (event.submitter?.value !== "stop" || isMoving) return;
  if (!confirm("Throw away the file and its mapping?")) event.preventDefault();
});

offerProperties();
showChosenFile();
document.getElementById("upload")?.addEventListener("submit", (event) => {
  event.preventDefault();
  sendUpload(event.target);
});
follow();
