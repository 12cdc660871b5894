// A button with data-copies="id" puts the text of that element on the clipboard.
for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.textContent;
  const text = document.getElementById(button.dataset.copies);

  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      // No clipboard on a page without https: select it, so that one key is left to press.
      getSelection().selectAllChildren(text);
      return;
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 2000);
  });
}
