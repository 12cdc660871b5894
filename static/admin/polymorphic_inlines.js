// Unfold binds a handler of its own to polymorphic's class "add-row", which fails at each click.
// Captured: polymorphic reads its defaults in a listener of the same event.
document.addEventListener(
  "DOMContentLoaded",
  () => {
    django.jQuery.fn.polymorphicFormset.defaults.addCssClass = "add-step";
  },
  true,
);
