// The docs are true as far as a test can check: every link leads to a file or heading, every path and make target that
// is named exists, and each generated part has its marks.
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

test.each(pages)("%s has no marks of a merge", (path) => {
  expect(readFileSync(join(root, path), "utf8")).not.toMatch(/^(<<<<<<<|>>>>>>>) /m);
});

test("a control: a link to nowhere is found", () => {
  const text = "[a](nowhere.md) [b](docs/api.md#nowhere) [c](docs/api.md) [d](https://example.com/nowhere)";
  expect(deadLinks("README.md", text)).toEqual(["nowhere.md", "docs/api.md#nowhere"]);
});

/** What the page shows as code: spans, and fenced blocks of shell commands. Other blocks show output or new code. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  const shell = blocks.filter(([, language]) => language === "sh").map(([, , code = ""]) => code);
  return [...shell, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code)];
}

const fromRoot = /(?<![\w./-])(?:src|test|docs|proto|gen|clients|bin|\.ci)\/[\w./*<>-]*/g;
/** Written without `src/`, as tables of files do. */
const fromSrc = /(?<![\w./-])(?:core|store|engine|rpc|server|cli|postgres|wire|build)\/[\w./*<>-]*\.(?:ts|sql)/g;

function missingPaths(text: string): string[] {
  const code = codeOf(text);
  const named = code.flatMap((piece) => piece.match(fromRoot) ?? []);
  const inSrc = code.flatMap((piece) => piece.match(fromSrc) ?? []).map((path) => `src/${path}`);
  // `<version>` and the like stand for anything.
  const paths = [...named, ...inSrc].map((path) => path.replaceAll(/<[^>]*>/g, "*").replace(/[./]+$/, ""));
  return [...new Set(paths)].filter((path) => !existsSync(join(root, path)) && !isGlobOfFiles(path));
}

function isGlobOfFiles(path: string): boolean {
  // The output of `make clients` does not exist before it ran.
  return path.includes("*") && (/\.(tgz|whl)$/.test(path) || globSync(path, { cwd: root }).length > 0);
}

const makefile = readFileSync(join(root, "Makefile"), "utf8");

function missingTargets(text: string): string[] {
  const names = codeOf(text).flatMap((code) => [...code.matchAll(/\bmake ([a-z][a-z-]*)/g)]);
  return [...new Set(names.map(([, name = ""]) => name))].filter((name) => !makefile.includes(`\n${name}: `));
}

test.each(pages)("every path and make target that %s shows as code exists", (path) => {
  const text = readFileSync(join(root, path), "utf8");
  expect([...missingPaths(text), ...missingTargets(text)]).toEqual([]);
});

test("a control: a path and a make target that do not exist are found", () => {
  const shell = "```sh\nmake test\nmake tea\n```";
  const text = `\`src/main.ts\` \`src/nothing.ts\` \`core/no.ts\` \`src/engine/*.sql\`\n${shell}\n\`docs/api.md\``;
  expect(missingPaths(text)).toEqual(["src/nothing.ts", "src/engine/*.sql", "src/core/no.ts"]);
  expect(missingTargets(text)).toEqual(["tea"]);
});

test("adding an RPC touches at most ten files, and those that it changes exist", () => {
  const guide = readFileSync(join(root, "docs/contributing.md"), "utf8");
  const steps = [...guide.matchAll(/^(change|new) +(\S+)$/gm)].map(([, how = "", path = ""]) => ({ how, path }));
  expect(steps.length).toBeGreaterThan(5);
  expect(steps.length).toBeLessThanOrEqual(10);
  expect(steps.filter(({ how, path }) => existsSync(join(root, path)) !== (how === "change"))).toEqual([]);
});

test("a part is put between its marks, repeatedly, and the text around it stays", () => {
  const page = "before\n<!-- made: part -->\nold\n<!-- end -->\nafter\n";
  const once = fillPage("page.md", page, { part: () => "new" });
  expect(once).toBe("before\n<!-- made: part -->\n\nnew\n\n<!-- end -->\nafter\n");
  expect(fillPage("page.md", once, { part: () => "new" })).toBe(once);
});

test("a part without marks, and marks without a part, are faults", () => {
  expect(() => fillPage("page.md", "no marks", { part: () => "new" })).toThrow("no marks for part");
  const page = "<!-- made: other -->\n<!-- end -->";
  expect(() => fillPage("page.md", page, {})).toThrow('there is no generator for the part "other"');
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
