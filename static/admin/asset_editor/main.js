// Makes the page of an asset its editor (templates/admin/assets/editor.html): the preview follows
// what is written, tags are offered, and other views may fill their places.

import { Clients } from "./clients.js";
import { Counters } from "./counters.js";
import { Errors } from "./errors.js";
import { Form } from "./form.js";
import { startFragments } from "./fragments.js";
import { startKeys } from "./keys.js";
import { Meter } from "./meter.js";
import { Offers } from "./offers.js";
import { Preview } from "./preview.js";
import { Screens } from "./screens.js";
import { Tags } from "./tags.js";
import { Viewer } from "./viewer.js";

// How each kind is drawn.
const PARTS = {
  push: (form) => [new Clients(form), new Meter(form), new Counters(form)],
  popup: (form) => [new Screens(form)],
};

function start(element) {
  const form = new Form(element, document.getElementById(element.dataset.form));
  const offers = new Offers(form);
  const viewer = new Viewer(form, () => preview.ask(0));
  const preview = new Preview(form, {
    viewer,
    errors: new Errors(form),
    parts: PARTS[form.identity.kind](form),
  });
  if (!form.isStored) new Tags(form, offers);
  startKeys(form);
  form.listen(() => {
    viewer.follow();
    preview.ask();
  });
  startFragments(form);
  viewer.open().then(() => preview.ask(0));
}

document.querySelectorAll("[data-asset-editor]:not(.ready)").forEach((element) => {
  element.classList.add("ready");
  start(element);
});
