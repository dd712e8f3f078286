// The site of the documentation: every link leads somewhere, nothing comes from another server, every page has its
// place in the navigation, and the search finds what people look for.
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { type Built, buildSite } from "../../src/build/site/build-site.ts";
import { siteFaults } from "../../src/build/site/check-site.ts";
import { highlight } from "../../src/build/site/highlight.ts";
import { wayTo } from "../../src/build/site/layout.ts";
import { blocksOf, headingsOf, parsePage, sectionsOf } from "../../src/build/site/markdown.ts";
import { type Page, pagesWithoutPlace, readNavigation, readPages } from "../../src/build/site/pages.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

function pageOf(source: string, text: string): Page {
  return { source, url: source === "README.md" ? "index.html" : source.replace(/\.md$/, ".html"), title: source, text };
}

describe("the site of this repository", () => {
  let built: Built;
  beforeAll(() => {
    built = buildSite(root);
  });
  const text = (path: string) => built.site.get(path)?.toString() ?? "";

  test("has no dead link, asks no other server, and has each page of docs in its navigation", () => {
    expect(built.faults).toEqual([]);
    expect(built.site.size).toBeGreaterThan(100);
  });

  test("has diagrams as pictures, and files of the repository that pages lead to", () => {
    expect(text("index.html")).toContain('<figure class="diagram"><svg role="img"');
    expect(text("states.html")).not.toContain("stateDiagram-v2");
    expect(text("files/src/core/transitions.ts.html")).toContain("<code>");
    expect(text("decisions/index.html")).toContain('href="0002-narrow-planes.html"');
    expect(text("kits/go.html")).toContain('href="../waiting.html"');
  });

  test("finds pages by words, by parts of names, and with a letter wrong", () => {
    const context = createContext({});
    for (const script of ["minisearch.js", "sections.js", "search.js"]) runInContext(text(script), context);
    const found = (asked: string) =>
      runInContext(`asyncgateIndex().search(${JSON.stringify(asked)}).map(({ url }) => url)`, context) as string[];
    expect(found("backup")[0]).toMatch(/^operations\.html/);
    expect(found("redrive").slice(0, 5).join()).toContain("how-to.html");
    expect(found("lost lease").slice(0, 3).join()).toContain("guarantees.html");
    expect(found("hand off").length).toBeGreaterThan(3);
    expect(found("shedule preview").slice(0, 5).join()).toMatch(/schedules?\.html|command-line\.html|api\.html/);
    expect(found("xylophone")).toEqual([]);
    const excerpt = (words: readonly string[]) =>
      runInContext(`asyncgateExcerpt("One (a=1) lease", ${JSON.stringify(words)})`, context) as object[];
    expect(excerpt(["lease"])).toEqual([
      { piece: "One (a=1) ", isMarked: false },
      { piece: "lease", isMarked: true },
      { piece: "", isMarked: false },
    ]);
    expect(excerpt(["a=1", "(x", "/"])).toHaveLength(3);
  });
});

test("a control: dead links, missing sections and pages without a place are faults", () => {
  const readme = pageOf(
    "README.md",
    "# A\n\n[a](docs/b.md#there) [b](docs/b.md#nowhere) [c](docs/none.md) ![d](http://e.example/f.png)",
  );
  const other = pageOf("docs/b.md", "# B\n\n## There\n\n[back](../README.md) [out](https://example.com)");
  expect(buildSite(root, [readme, other]).faults).toEqual([
    "README.md links to docs/none.md, which does not exist",
    'docs/b.md is not in the table "Documentation" of the README, which is the navigation',
    "index.html links to docs/b.html#nowhere: no such section",
    "index.html links to files/docs/none.md.html, which is not on the site",
    "index.html loads http://e.example/f.png",
  ]);
});

test("a control: styles and pictures that load something are faults, and colors of a gradient are not", () => {
  const site = new Map([
    ["a.css", "@import 'b.css'; p { background: url(https://e.example/p.png) }"],
    ["a.svg", '<svg><path fill="url(#gradient)"/></svg>'],
    ["a.html", '<style>p { background: url("c.png") }</style><p>@import is a word here</p>'],
  ]);
  expect(siteFaults(site)).toEqual([
    "a.css loads @import",
    "a.css loads url(https://e.example/p.png)",
    'a.html loads url("c.png")',
  ]);
});

test("the navigation is the table of the README", () => {
  const pages = readPages(root);
  const groups = readNavigation(pages);
  expect(groups.map(({ title }) => title)).toContain("Understand it");
  expect(groups.flatMap((group) => group.pages.map(({ url }) => url))).toContain("decisions/index.html");
  expect(pagesWithoutPlace(pages, groups)).toEqual([]);
  expect(pagesWithoutPlace([...pages, pageOf("docs/new.md", "# New")], groups)).toHaveLength(1);
});

test("headings get the anchors that GitHub gives them, and code has none", () => {
  const tokens = parsePage("# A `b` & C\n\n## Same\n\n## Same\n\n```sh\n# no heading\n```\n\n## … later\n");
  expect(headingsOf(tokens).map(({ anchor }) => anchor)).toEqual(["a-b--c", "same", "same-1", "-later"]);
});

test("blocks are read with their language, their line and the mark before them", () => {
  const text = "# A\n\n<!-- run: one -->\n\n```ts\nlet a;\n```\n\n- item\n\n  ```\n  plain\n  ```\n";
  expect(blocksOf(parsePage(text))).toEqual([
    { language: "ts", text: "let a;\n", line: 5, mark: "run: one" },
    { language: "", text: "plain\n", line: 11, mark: undefined },
  ]);
});

test("a section has the text below its heading, code included", () => {
  const sections = sectionsOf(parsePage("before\n\n# A\n\nSome *text*.\n\n```\ncode\n```\n\n## B\n"));
  expect(sections.map(({ heading, text }) => [heading.anchor, text])).toEqual([
    ["", "before"],
    ["a", "Some text. code "],
    ["b", ""],
  ]);
});

test("comments and strings of code are colored, and everything is escaped", () => {
  expect(highlight("sh", "a '<b>' # c\nd#e")).toBe(
    'a <span class="string">\'&lt;b&gt;\'</span> <span class="comment"># c</span>\nd#e',
  );
  expect(highlight("ts", 'a("//b"); // c')).toBe(
    'a(<span class="string">&quot;//b&quot;</span>); <span class="comment">// c</span>',
  );
  expect(highlight("", "a & # b")).toBe("a &amp; # b");
});

test("pages lead to each other by relative ways", () => {
  expect(wayTo("index.html", "kits/go.html#a")).toBe("kits/go.html#a");
  expect(wayTo("kits/go.html", "waiting.html")).toBe("../waiting.html");
  expect(wayTo("kits/go.html", "kits/go.html#a")).toBe("#a");
  expect(wayTo("kits/go.html", "kits/go.html")).toBe("go.html");
});
