// “Same as default” beside a field of a variation: on, the field shows the default's value and is
// not sent; typing in it switches it off. Without this script the switch decides by itself.

const EVENTS = ["input", "change"];

function start(form) {
  const switches = [...form.querySelectorAll("[data-same-as]")];
  if (!switches.length || form.dataset.sameAsDefault) return;
  form.dataset.sameAsDefault = "ready";
  // While this script itself changes a field nobody is typing.
  let isOurs = false;

  for (const same of switches) {
    const field = form.elements[same.dataset.sameAs];
    if (!field?.name) continue;
    const row = same.closest(".fieldset-row, .form-row") ?? same.closest(".field-line")?.parentElement;
    let own = same.checked ? null : field.value;

    const draw = () => {
      field.classList.toggle("is-same", same.checked);
      row?.classList.toggle("is-same", same.checked);
    };
    const write = (value) => {
      if (field.value === value) return;
      isOurs = true;
      field.value = value;
      for (const name of EVENTS) field.dispatchEvent(new Event(name, { bubbles: true }));
      isOurs = false;
    };
    for (const name of EVENTS) {
      field.addEventListener(name, () => {
        if (isOurs || !same.checked || field.value === same.dataset.default) return;
        same.checked = false;
        draw();
        isOurs = true;
        same.dispatchEvent(new Event("change", { bubbles: true }));
        isOurs = false;
      });
    }
    same.addEventListener("change", () => {
      if (isOurs) return;
      if (same.checked) {
        own = field.value;
        write(same.dataset.default);
      } else if (own !== null) {
        write(own);
      }
      draw();
      if (!same.checked) field.focus();
    });
    if (same.checked && !field.value) field.value = same.dataset.default;
    draw();
  }

  // What is the same is not sent, so that a default changed meanwhile stays the default.
  form.addEventListener("formdata", ({ formData }) => {
    for (const same of switches) {
      if (same.checked) formData.delete(same.dataset.sameAs);
    }
  });

  // A button of its own needs the switch that says so.
  const ownButtons = form.elements.has_own_buttons;
  const buttons = document.getElementById("buttons-group");
  if (ownButtons && buttons) {
    const draw = () => buttons.classList.toggle("is-same", !ownButtons.checked);
    const claim = () => {
      if (ownButtons.checked) return;
      ownButtons.checked = true;
      ownButtons.dispatchEvent(new Event("change", { bubbles: true }));
    };
    ownButtons.addEventListener("change", draw);
    buttons.addEventListener("input", claim);
    document.addEventListener("formset:added", (event) => event.detail?.formsetName === "buttons" && claim());
    draw();
  }
}

document.querySelectorAll("form").forEach(start);
