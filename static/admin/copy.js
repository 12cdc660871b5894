// A button with data-copies="id" puts the text of that element on the clipboard. Listened to from
// above, so that one in a dialog that is loaded later works too.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copies]");
  if (!button || button.dataset.copied) return;
  const text = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    // No clipboard on a page without https: select it, so that one key is left to press.
    getSelection().selectAllChildren(text);
    return;
  }
  const label = button.textContent;
  button.dataset.copied = "yes";
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = label;
    delete button.dataset.copied;
  }, 2000);
});
