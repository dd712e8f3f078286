// Which files of the repository are pages of the site, where each is on it, and how they are found: the table at the
// end of the README is the navigation.
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path/posix";
import type { Token } from "markdown-it";
import { headingsOf, parsePage, plainText } from "./markdown.ts";

export type Page = {
  /** Its path in the repository. */
  readonly source: string;
  /** Its path on the site. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
};

export type Group = { readonly title: string; readonly pages: readonly Page[] };

const sources = ["README.md", "CHANGELOG.md", "docs/**/*.md", "clients/*/README.md"];

export function readPages(root: string): Page[] {
  return globSync([...sources], { cwd: root, exclude: ["**/node_modules/**"] })
    .sort()
    .map((source) => {
      const text = readFileSync(join(root, source), "utf8");
      return { source, url: urlOf(source), title: titleOf(source, text), text };
    });
}

function urlOf(source: string): string {
  if (source === "README.md") return "index.html";
  const kit = /^clients\/(\w+)\/README\.md$/.exec(source)?.[1];
  const plain = source.replace(/^docs\//, "").replace(/\/README\.md$/, ".md");
  return (kit ? `kits/${kit}` : plain.replace(/\.md$/, "").toLowerCase()).concat(".html");
}

const kitNames: Readonly<Record<string, string>> = {
  typescript: "TypeScript",
  python: "Python",
  go: "Go",
  java: "Java",
  rust: "Rust",
};

function titleOf(source: string, text: string): string {
  const kit = /^clients\/(\w+)\//.exec(source)?.[1];
  return kitNames[kit ?? ""] ?? headingsOf(parsePage(text))[0]?.text ?? basename(source);
}

/** The table below "Documentation" in the README, and beside it the kits and what has changed. */
export function readNavigation(pages: readonly Page[]): Group[] {
  const readme = pages.find(({ source }) => source === "README.md");
  const bySource = new Map(pages.map((page) => [page.source, page]));
  const groups = rowsBelow(parsePage(readme?.text ?? ""), "Documentation").map(([title, links]) => ({
    title: `${title[0]?.toUpperCase()}${title.slice(1)}`,
    pages: links.map(({ to, text }) => bySource.get(normalize(to)) ?? folderPage(normalize(to), text)),
  }));
  const kits = Object.keys(kitNames).flatMap((name) => bySource.get(`clients/${name}/README.md`) ?? []);
  const plain = bySource.get("docs/hello/README.md");
  const changelog = bySource.get("CHANGELOG.md");
  return [
    { title: "Start", pages: readme ? [{ ...readme, title: "Overview" }] : [] },
    { title: "In your language", pages: plain ? [...kits, plain] : kits },
    ...groups,
    { title: "Changes", pages: changelog ? [changelog] : [] },
  ];
}

function folderPage(source: string, title: string): Page {
  return { source, url: urlOfFolder(source), title, text: "" };
}

export function urlOfFolder(path: string): string {
  return path.startsWith("docs/") ? `${path.slice("docs/".length)}/index.html` : `files/${path}/index.html`;
}

type Link = { readonly to: string; readonly text: string };

function rowsBelow(tokens: readonly Token[], heading: string): [title: string, links: Link[]][] {
  const from = tokens.findIndex((token, at) => token.type === "heading_open" && plainText(tokens[at + 1]) === heading);
  const rows: [string, Link[]][] = [];
  let cells: Token[] = [];
  for (const [at, token] of tokens.entries()) {
    if (at < from) continue;
    if (token.type === "tr_open") cells = [];
    if (token.type === "inline" && tokens[at - 1]?.type === "td_open") cells.push(token);
    const [title, links] = cells;
    if (token.type === "tr_close" && title && links) {
      rows.push([plainText(title), linksIn(links)]);
    }
  }
  return rows;
}

function linksIn({ children }: Token): Link[] {
  return (children ?? []).flatMap((child, at, all) => {
    const to = child.attrGet("href");
    return to === null ? [] : [{ to: String(to), text: all[at + 1]?.content ?? "" }];
  });
}

/** The pages below `docs/` that no group names, and that none of the directories in the table has. */
export function pagesWithoutPlace(pages: readonly Page[], groups: readonly Group[]): Page[] {
  const named = new Set(groups.flatMap((group) => group.pages.map(({ source }) => source)));
  return pages.filter(({ source }) => dirname(source) === "docs" && !named.has(source));
}
