// The index of all sections, made in the browser when a reader begins to search, and what is shown of a section that was
// found. It needs minisearch.js and sections.js.
globalThis.asyncgateIndex = () => {
  /** `CreateTask` is found as `createtask`, `create` and `task`. */
  function termsOf(word) {
    const parts = word.match(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g) ?? [];
    return [...new Set([word, ...(parts.length > 1 ? parts : [])])].map((term) => term.toLowerCase());
  }

  const index = new globalThis.MiniSearch({
    fields: ["title", "heading", "text"],
    storeFields: ["url", "title", "heading", "text"],
    processTerm: termsOf,
    searchOptions: {
      boost: { title: 4, heading: 3 },
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      combineWith: "AND",
      // Pages about why and when come behind those about what is.
      boostDocument: (_id, _term, { url }) => (/^(?:decisions|changelog)/.test(url) ? 0.3 : 1),
      processTerm: (term) => term.toLowerCase(),
    },
  });
  index.addAll(
    globalThis.asyncgateSections.map(([url, title, heading, text], id) => ({ id, url, title, heading, text })),
  );
  return index;
};

/** The text around the first of the words, in pieces, of which those that are one of the words are marked. */
globalThis.asyncgateExcerpt = (text, words) => {
  const escaped = words.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  const pattern = new RegExp(`(${escaped.join("|")})`, "iu");
  const first = Math.max(0, text.search(pattern));
  const from = first < 60 ? 0 : text.lastIndexOf(" ", first - 40) + 1;
  // What a group catches stands between the pieces, at the odd places.
  const pieces = text.slice(from, from + 160).split(pattern);
  return pieces.map((piece, place) => ({ piece, isMarked: place % 2 === 1 }));
};
