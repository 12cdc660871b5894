// Alt+N opens “Create” from a list, whatever has the focus: the way there by Tab leads through the
// whole sidebar.
document.addEventListener("keydown", (event) => {
  const link = document.querySelector("a.addlink[aria-keyshortcuts]");
  if (!link || event.code !== "KeyN" || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.click();
});
