// What is around the content of a page: head, search, navigation, the list of its sections, the way to its neighbors.
import { dirname, relative } from "node:path/posix";
import { escapeHtml } from "./highlight.ts";
import type { Heading } from "./markdown.ts";
import type { Group, Page } from "./pages.ts";

export type Content = {
  readonly url: string;
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
};

/** Also for a site that is opened as files: only scripts, styles and pictures from beside the page are loaded. */
const policy = [
  "default-src 'none'",
  "script-src 'self' file:",
  "style-src 'self' file: 'unsafe-inline'",
  "img-src 'self' file: data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** From one page to another. */
export function wayTo(from: string, to: string): string {
  const [path = "", anchor] = to.split("#");
  const way = path === from ? "" : relative(dirname(from), path);
  return anchor === undefined ? way || relative(dirname(from), from) : `${way}#${anchor}`;
}

export function layOut({ url, title, html, headings }: Content, groups: readonly Group[], version: string): string {
  const to = (target: string) => escapeHtml(wayTo(url, target));
  const isHome = url === "index.html";
  return `<!doctype html>
<html lang="en" data-root="${to("index.html").replace("index.html", "")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${isHome ? "AsyncGate" : `${escapeHtml(title)} · AsyncGate`}</title>
<link rel="stylesheet" href="${to("site.css")}">
<script src="${to("theme.js")}"></script>
<script src="${to("site.js")}" defer></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="name" href="${to("index.html")}">AsyncGate <small>${escapeHtml(version)}</small></a>
<div class="search" role="search">
<input id="search" type="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" hidden>
<ol id="results" hidden></ol>
</div>
<button id="theme" type="button" aria-label="Light or dark" title="Light or dark" hidden>◐</button>
</header>
<div class="columns">
<nav aria-label="Pages"><details class="pages" open><summary>All pages</summary>
${groups.map((group) => renderGroup(group, url)).join("\n")}
</details></nav>
<main id="content">
${html}
${renderNeighbors(groups, url)}
</main>
${renderSections(headings)}
</div>
</body>
</html>
`;
}

function renderGroup({ title, pages }: Group, url: string): string {
  const items = pages.map((page) => {
    const current = page.url === url ? ' aria-current="page"' : "";
    return `<li><a href="${escapeHtml(wayTo(url, page.url))}"${current}>${escapeHtml(page.title)}</a></li>`;
  });
  return `<h2>${escapeHtml(title)}</h2>\n<ul>${items.join("")}</ul>`;
}

function renderSections(headings: readonly Heading[]): string {
  const sections = headings.filter(({ level }) => level === 2 || level === 3);
  if (sections.length < 3) return "<aside></aside>";
  const items = sections.map(
    ({ level, text, anchor }) => `<li class="level-${level}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`,
  );
  const list = `<h2>On this page</h2>\n<ul>${items.join("")}</ul>`;
  return `<aside><nav aria-label="Sections of this page">${list}</nav></aside>`;
}

function renderNeighbors(groups: readonly Group[], url: string): string {
  const pages = groups.flatMap((group) => group.pages);
  const at = pages.findIndex((page) => page.url === url);
  if (at < 0) return "";
  const link = (page: Page | undefined, side: string) =>
    page
      ? `<a rel="${side}" href="${escapeHtml(wayTo(url, page.url))}">${escapeHtml(page.title)}</a>`
      : "<span></span>";
  return `<footer>${link(pages[at - 1], "prev")}${link(pages[at + 1], "next")}</footer>`;
}
