// The tags that the chosen site offers, loaded once for each site.

const NONE = { groups: [], filters: [] };

export class Offers {
  constructor(form) {
    this.form = form;
    this.bySite = new Map();
  }

  load() {
    const { site, settings } = this.form;
    if (!site) return Promise.resolve(NONE);
    if (!this.bySite.has(site)) {
      const asked = fetch(`${settings.urls.tags}?site=${site}`).then((answer) => {
        if (!answer.ok || answer.redirected) throw new Error("no tags");
        return answer.json();
      });
      this.bySite.set(site, asked.catch(() => {
        // Asked for again at the next occasion.
        this.bySite.delete(site);
        return NONE;
      }));
    }
    return this.bySite.get(site);
  }

  // A value that somebody really has, by the path of the tag.
  async example(root, name) {
    const { groups } = await this.load();
    return groups.flatMap((group) => group.items).find((item) => item.root === root && item.name === name)?.example ?? "";
  }
}

const NAMED = /\b(state|event|journey)(?:\.([\p{L}_][\p{L}\p{N}_-]*)|\[["']([^"']+)["']\])/gu;

// Which values the tags in the texts name, by root, in the order in which they stand there.
export function named(texts) {
  const found = { state: new Set(), event: new Set(), journey: new Set() };
  for (const text of texts) {
    for (const tag of text.match(/\{\{[^{}]*\}\}|\{%[^{}]*%\}/g) ?? []) {
      for (const [, root, plain, quoted] of tag.matchAll(NAMED)) found[root].add(plain ?? quoted);
    }
  }
  return found;
}
