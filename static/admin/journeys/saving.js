// Whether everything is saved, in words; and that nobody leaves while it is not.

const WORDS = {
  saved: ["All changes saved", "cloud_done"],
  saving: ["Saving…", "cloud_upload"],
  unsaved: ["Not saved yet: see what is said at the fields", "edit_note"],
};

let state = "saved";

const line = () => document.getElementById("flow-saving");

export function show(next, words = "", again = null) {
  state = next;
  const [told, icon] = WORDS[next] ?? [words, "cloud_off"];
  line().dataset.state = next;
  line().querySelector("[data-words]").textContent = told;
  line().querySelector(".material-symbols-outlined").textContent = icon;
  const retry = line().querySelector("[data-retry]");
  retry.hidden = !again;
  retry.onclick = again;
}

export const isSaved = () => state === "saved";

addEventListener("beforeunload", (event) => {
  if (!isSaved()) event.preventDefault();
});
