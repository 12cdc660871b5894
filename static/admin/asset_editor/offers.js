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
}
