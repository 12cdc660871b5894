// One box ticks all those on the page.

document.querySelector("[data-every]")?.addEventListener("change", ({ target }) => {
  for (const box of document.querySelectorAll("[name=row]")) box.checked = target.checked;
});
