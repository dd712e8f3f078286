// The search, the switch of colors, and a button on each block of code that copies it. Without this script the pages
// are the same, but for these.
(() => {
  const root = document.documentElement;

  function setUpTheme() {
    const button = document.querySelector("#theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
      root.dataset.theme = now === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("theme", root.dataset.theme);
      } catch {
        // It holds for this page, then.
      }
    });
  }

  function setUpCopying() {
    if (!navigator.clipboard) return;
    for (const block of document.querySelectorAll("main pre")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.querySelector("code").textContent);
        button.textContent = "copied";
        setTimeout(() => {
          button.textContent = "copy";
        }, 1500);
      });
      const around = document.createElement("div");
      around.className = "block";
      block.replaceWith(around);
      around.append(block, button);
    }
  }

  /** On a phone, the list of pages is closed until it is asked for. */
  function setUpPages() {
    const pages = document.querySelector(".pages");
    const narrow = matchMedia("(max-width: 50rem)");
    const follow = () => {
      pages.open = !narrow.matches;
    };
    follow();
    narrow.addEventListener("change", follow);
    // The page that is open is seen in a long list.
    const current = pages.querySelector('[aria-current="page"]');
    if (current && pages.open) pages.parentElement.scrollTop = current.offsetTop - pages.parentElement.clientHeight / 2;
  }

  function load(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root.dataset.root + name;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  let index;

  function openIndex() {
    index ??= Promise.all(["minisearch.js", "sections.js", "search.js"].map(load)).then(() =>
      globalThis.asyncgateIndex(),
    );
    return index;
  }

  function excerpt(text, words) {
    const line = document.createElement("span");
    for (const { piece, isMarked } of globalThis.asyncgateExcerpt(text, words)) {
      const mark = document.createElement("mark");
      mark.textContent = piece;
      line.append(isMarked ? mark : piece);
    }
    return line;
  }

  function show(list, found) {
    list.replaceChildren(
      ...found.slice(0, 12).map(({ url, title, heading, text, terms }) => {
        const link = document.createElement("a");
        link.href = root.dataset.root + url;
        const name = document.createElement("b");
        name.textContent = heading && heading !== title ? `${title}: ${heading}` : title;
        link.append(name, excerpt(text, terms));
        const item = document.createElement("li");
        item.append(link);
        return item;
      }),
    );
    if (found.length === 0) {
      const item = document.createElement("li");
      item.textContent = "Nothing found.";
      list.append(item);
    }
    list.hidden = false;
  }

  function setUpSearch() {
    const input = document.querySelector("#search");
    const list = document.querySelector("#results");
    const close = () => {
      list.hidden = true;
    };
    input.hidden = false;
    input.addEventListener("focus", openIndex);
    input.addEventListener("input", async () => {
      const asked = input.value.trim();
      if (asked === "") return close();
      const made = await openIndex();
      // A later key may have been pressed meanwhile.
      if (asked === input.value.trim()) show(list, made.search(asked));
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = /^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
      if (event.key === "/" && !isTyping) {
        event.preventDefault();
        input.focus();
      }
      if (event.key === "Escape") close();
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      const isInside = document.activeElement === input || at >= 0;
      if (list.hidden || !isInside || links.length === 0) return;
      if (event.key === "Enter" && at < 0) links[0].click();
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (links[next] ?? input).focus();
    });
    document.addEventListener("click", (event) => {
      if (!event.target.closest(".search") || event.target.closest("#results a")) close();
    });
  }

  setUpTheme();
  setUpCopying();
  setUpPages();
  setUpSearch();
})();
