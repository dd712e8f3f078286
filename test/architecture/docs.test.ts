// The docs are true as far as a test can check: every link leads to a file or heading, every path and make target that
// is named exists, and each generated part has its marks.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fillPage } from "../../src/build/generate-docs.ts";
import { readSource } from "../../src/build/generate-docs-source.ts";
import { lawsTable } from "../../src/build/generate-docs-tables.ts";
import { headingsOf, linksOf, parsePage } from "../../src/build/site/markdown.ts";
import { listing } from "../../src/cli/listing.ts";
import { renderSettings } from "../../src/server/config.ts";
import { settings } from "../../src/server/settings.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = ["README.md", "CHANGELOG.md", ...globSync(["docs/**/*.md", "clients/*/*.md"], { cwd: root })].sort();

function anchors(path: string): string[] {
  return headingsOf(parsePage(readFileSync(join(root, path), "utf8"))).map(({ anchor }) => anchor);
}

function deadLinks(path: string, text: string): string[] {
  return linksOf(parsePage(text)).filter((link) => {
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

/** `asyncgate task create` at the beginning of a command, as noun and verb. */
function commandsNamed(text: string): string[] {
  const command = /(?:^|\n|[$<]\(|\| )(?:\w+=\S+ )*(?:bin\/)?asyncgate ([a-z][a-z-]+)(?: ([a-z]+))?/g;
  const found = codeOf(text).flatMap((code) => [...code.matchAll(command)]);
  return found.map(([, noun = "", verb]) => (verb === undefined ? noun : `${noun} ${verb}`));
}

const commands = [...listing.commands, ...listing.calls].map(({ name }) => name);
const nouns = new Set([...commands.map((name) => name.split(" ")[0] ?? ""), "help", "completion"]);
const takesWords = new Set(commands.filter((name) => !name.includes(" ")));

/** Texts that look like commands, and are none. */
const others: Readonly<Record<string, string>> = {
  "limit-queue": "docs/contributing.md adds this RPC as an example",
  "receipt content": "a text that is hashed",
  "receipt link": "a text that is hashed",
};

function isCommand(named: string): boolean {
  const [noun = "", verb] = named.split(" ");
  if (verb === undefined) return nouns.has(noun);
  return commands.includes(named) || takesWords.has(noun) || ["help", "completion"].includes(noun);
}

test.each(pages)("every command that %s names exists", (path) => {
  const named = commandsNamed(readFileSync(join(root, path), "utf8"));
  expect([...new Set(named)].filter((one) => !isCommand(one) && !(one in others))).toEqual([]);
});

test("a control: a command that does not exist is found", () => {
  const text =
    "`asyncgate task create` `bin/asyncgate task` `asyncgate tusk` `asyncgate get-task` `asyncgate queue halt`";
  expect(commandsNamed(text).filter((one) => !isCommand(one))).toEqual(["tusk", "queue halt"]);
});

test("the page about the command line names every noun of it", () => {
  const page = readFileSync(join(root, "docs/command-line.md"), "utf8");
  const shown = new Set(listing.commands.filter(({ isInternal }) => !isInternal).map(({ name }) => name.split(" ")[0]));
  shown.delete("open"); // `obligations`, under the name that it had before
  const code = codeOf(page).join("\n");
  expect([...shown].filter((noun) => !new RegExp(`\\b${noun}\\b`).test(code))).toEqual([]);
});

/** Variables of the environment beside the settings of a server. */
const otherVariables = new Set([
  ...["URL", "API_KEY", "PROFILE", "WORKER_KEY", "REVIEWER_KEY"],
  // What programs of workers and nodes find.
  ...["TASK_ID", "TASK_TYPE", "ATTEMPT", "CHECKPOINT", "WORKSPACE"],
]);

test.each(pages)("every variable that %s names is a setting, or read elsewhere", (path) => {
  const settings = new Set([...renderSettings().matchAll(/`ASYNCGATE_([A-Z_]+)`/g)].map(([, name]) => name));
  const named = readFileSync(join(root, path), "utf8").matchAll(/\bASYNCGATE_([A-Z_]*[A-Z])\b/g);
  const names = new Set([...named].map(([, name = ""]) => name));
  expect([...names].filter((name) => !settings.has(name) && !otherVariables.has(name))).toEqual([]);
});

test.each(pages)("the port of a server on %s is the one that servers have by default", (path) => {
  const ports = readFileSync(join(root, path), "utf8").matchAll(/(?:https?:\/\/|\s)(?:127\.0\.0\.1|localhost):(\d+)/g);
  const others = [...ports].map(([, port]) => port).filter((port) => port !== String(settings.port.default));
  // A node's own port, for its health.
  expect(others.filter((port) => !(path === "docs/nodes.md" && port === "7180"))).toEqual([]);
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
