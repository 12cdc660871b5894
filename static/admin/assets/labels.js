/* Labels of an asset: a search box over those of its site, in which a new one can be written. */
const $ = window.django.jQuery;

function siteOf(select) {
  return select.dataset.site || select.form?.elements.site?.value || "";
}

function begin(select) {
  const mayCreate = select.dataset.create === "true";
  $(select).select2({
    ajax: {
      url: select.dataset.choices,
      delay: 200,
      data: (params) => ({ term: params.term ?? "", site: siteOf(select) }),
    },
    tags: mayCreate,
    tokenSeparators: [","],
    width: "100%",
    placeholder: mayCreate ? "Choose, or write a new one" : "Choose",
    createTag: ({ term }) => {
      const name = term.trim().replace(/\s+/g, " ");
      return name && mayCreate ? { id: name, text: name, isNew: true } : null;
    },
    insertTag: (found, tag) => {
      const taken = found.some(({ text }) => text.toLowerCase() === tag.text.toLowerCase());
      if (!taken) found.push(tag);
    },
    templateResult: (option) => (option.isNew ? `New label “${option.text}”` : option.text),
    language: {
      noResults: () => (siteOf(select) ? "No such label." : "Choose the site first."),
    },
  });
  // Its own box and input have no name of their own.
  const name = select.labels[0]?.textContent.trim() ?? "Labels";
  const { $container } = $(select).data("select2");
  $container.find("[role=combobox], [role=searchbox]").attr("aria-label", name);
}

document.querySelectorAll("select.asset-labels").forEach(begin);
