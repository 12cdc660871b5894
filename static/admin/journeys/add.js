// “Add journey”: the name of what is chosen is a beginning; a file brings its own names.

const form = document.querySelector(".flow-new");
const name = form.elements.namedItem("name");

function show() {
  const chosen = form.querySelector("[name=start]:checked");
  const isFile = chosen?.value === "file";
  form.querySelector("[data-name=file]").hidden = !isFile;
  form.querySelector("[data-name=name]").hidden = isFile;
  return chosen;
}

form.addEventListener("change", ({ target }) => {
  if (target.name !== "start") return;
  const others = [...form.querySelectorAll("[name=start]")].map((one) => one.dataset.name);
  if (!name.value || others.includes(name.value)) name.value = target.dataset.name;
  show();
});

show();
