// The page behind a box is darkened, as a modal dialog does it by itself.
addEventListener("message", ({ origin, data }) => {
  if (origin !== location.origin || !data?.popup) return;
  document.body.classList.toggle("behind", data.popup.layout === "box");
});
