// The docs lead somewhere: every link to a file or a heading of ours finds it, and what is made has its place.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fillPage } from "../../src/build/generate-docs.ts";
import { readSource } from "../../src/build/generate-docs-source.ts";
import { lawsTable } from "../../src/build/generate-docs-tables.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = ["README.md", "CHANGELOG.md", ...globSync(["docs/**/*.md", "clients/*/*.md"], { cwd: root })].sort();

function anchors(path: string): string[] {
  const headings = readFileSync(join(root, path), "utf8").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function deadLinks(path: string, text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchors(target).includes(anchor);
  });
}

test.each(pages)("every link of %s leads somewhere", (path) => {
  expect(deadLinks(path, readFileSync(join(root, path), "utf8"))).toEqual([]);
});

test("a control: a link to nowhere is found", () => {
  const text = "[a](nowhere.md) [b](docs/api.md#nowhere) [c](docs/api.md) [d](https://example.com/nowhere)";
  expect(deadLinks("README.md", text)).toEqual(["nowhere.md", "docs/api.md#nowhere"]);
});

test("a part is put between its marks, again and again, and the words around it stay", () => {
  const page = "before\n<!-- made: part -->\nold\n<!-- end -->\nafter\n";
  const once = fillPage("page.md", page, { part: () => "new" });
  expect(once).toBe("before\n<!-- made: part -->\n\nnew\n\n<!-- end -->\nafter\n");
  expect(fillPage("page.md", once, { part: () => "new" })).toBe(once);
});

test("a part without marks, and marks without a part, are faults", () => {
  expect(() => fillPage("page.md", "no marks", { part: () => "new" })).toThrow("no marks for part");
  const page = "<!-- made: other -->\n<!-- end -->";
  expect(() => fillPage("page.md", page, {})).toThrow('nobody makes the part "other"');
});

test("a law is checked by the tests whose titles name it, and one without tests is shown as such", () => {
  const page = "## 1. One holder\n\n## 12. Told as it is\n";
  const source = readSource("test/a.test.ts", `test("law 1: one", () => {});\ndescribe("law 1: two", () => {});`);
  const rows = lawsTable(page, [source]).split("\n").slice(2);
  expect(rows).toEqual([
    "| 1 | [One holder](#1-one-holder) | [test/a.test.ts](../test/a.test.ts) (2) |",
    "| 12 | [Told as it is](#12-told-as-it-is) | **no test yet** |",
  ]);
});
