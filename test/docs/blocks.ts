// Every block of code of the README, the pages and the READMEs of the kits, and what is known of each: how it is
// checked, by which test, or why it is not run.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Block, blocksOf, parsePage } from "../../src/build/site/markdown.ts";
import { readPages } from "../../src/build/site/pages.ts";
import { documents } from "./documents.ts";
import { fragments } from "./fragments.ts";
import { type NotRun, notRun } from "./not-run.ts";
import { scenes } from "./scenes.ts";
import { commandsOf } from "./shell.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export type PageBlock = Block & { readonly page: string };

export function readBlocks(): PageBlock[] {
  return readPages(root).flatMap(({ source, text }) =>
    blocksOf(parsePage(text)).map((block) => ({ ...block, page: source })),
  );
}

export function placeOf({ page, line }: PageBlock): string {
  return `${page}:${line}`;
}

/** Tests that play a whole page, or the blocks of it that have a mark, or that are in a language. */
const tests: readonly { readonly page: string; readonly language?: string; readonly test: string }[] = [
  { page: "docs/walkthrough.md", test: "test/doors/walkthrough.ts" },
  { page: "docs/operations.md", language: "sql", test: "test/docs/shell.test.ts" },
  { page: "docs/rest.md", language: "ts", test: "test/docs/compile.ts" },
  { page: "docs/contributing.md", language: "", test: "test/architecture/docs.test.ts" },
  { page: "docs/verification.md", language: "", test: "test/cli/task/review.test.ts" },
  { page: "docs/explain.md", language: "", test: "test/engine/tasks/explain-task.test.ts" },
  { page: "clients/java/README.md", language: "xml", test: "test/clients/java/kit.test.ts" },
  { page: "clients/rust/README.md", language: "toml", test: "test/clients/rust/kit.test.ts" },
];

/** Where the programs of a page are run, which have the mark `run: <name>`. */
const programs: Readonly<Record<string, string>> = {
  "docs/agents.md": "test/clients/typescript/agents-page.test.ts",
  "docs/children.md": "test/clients/typescript/readme.test.ts",
  "docs/names.md": "test/clients/typescript/names-page.test.ts",
  "docs/output.md": "test/clients/typescript/output.test.ts",
  "docs/questions.md": "test/clients/typescript/questions-page.test.ts",
  "docs/schedules.md": "test/clients/typescript/schedules-page.test.ts",
  "docs/scopes.md": "test/clients/typescript/scopes-page.test.ts",
  "docs/signals.md": "test/clients/typescript/signals-page.test.ts",
  "docs/verification.md": "test/clients/typescript/readme.test.ts",
  "docs/machines.md": "test/machines/model-agents.test.ts",
  ...Object.fromEntries(
    ["go", "java", "python", "rust"].map((kit) => [`clients/${kit}/README.md`, `test/clients/${kit}/kit.test.ts`]),
  ),
  "clients/typescript/README.md": "test/clients/typescript/readme.test.ts",
};

export type Verdict =
  | { readonly how: "run" | "drawn" | "generated" | "compiled" | "read" | "compared" }
  | { readonly how: "tested"; readonly by: string }
  | { readonly how: "unknown" };

/** How a block is checked. `unknown` is a fault: a block that no check knows may be wrong. */
export function verdictOf(block: PageBlock): Verdict {
  const { page, language, mark = "" } = block;
  if (language === "mermaid") return { how: "drawn" };
  if (mark.startsWith("made:")) return { how: "generated" };
  const program = mark.startsWith("run:") ? programs[page] : undefined;
  if (program) return { how: "tested", by: program };
  const whole = tests.find((one) => one.page === page && (one.language === undefined || one.language === language));
  if (whole) return { how: "tested", by: whole.test };
  if (language === "sh") return { how: "run" };
  if (documents.some((one) => isOf(one, block))) return { how: "read" };
  if (fragments.some((one) => isOf(one, block))) return { how: "compiled" };
  if (scenes[page]?.shown?.some((one) => block.text.startsWith(one.starts))) return { how: "compared" };
  return { how: "unknown" };
}

type Entry = { readonly page: string; readonly language: string; readonly starts: string };

export function isOf({ page, language, starts }: Entry, block: PageBlock): boolean {
  return block.page === page && block.language === language && block.text.startsWith(starts);
}

/** Entries of the lists that no block is like: the page has changed, and the list has not. */
export function strayEntries(blocks: readonly PageBlock[]): string[] {
  const strays = [...documents, ...fragments].filter((entry) => !blocks.some((block) => isOf(entry, block)));
  const commands = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ page, text }) => commandsOf(text).map((command) => ({ page, command })));
  const unused = notRun.filter((entry) => !commands.some(({ page, command }) => isNotRun(entry, page, command)));
  const steps = Object.entries(scenes).flatMap(([page, { commands: own = [] }]) =>
    own
      .filter((step) => !commands.some((one) => one.page === page && one.command.startsWith(step.command)))
      .map((step) => `${page}: ${step.command}`),
  );
  return [
    ...strays.map(({ page, starts }) => `${page}: ${starts}`),
    ...unused.map(({ command }) => `not run: ${command}`),
    ...steps,
  ];
}

export function isNotRun({ page, command: pattern }: NotRun, ofPage: string, command: string): boolean {
  return (page === undefined || page === ofPage) && pattern.test(command);
}

/** What is wrong with a claim that a test checks a block: the test is not there, or does not name the page. */
export function testFault(block: PageBlock, by: string): string | undefined {
  const path = join(root, by);
  if (!existsSync(path)) return `${placeOf(block)}: there is no ${by}`;
  const text = readFileSync(path, "utf8");
  const name = block.page.startsWith("clients/") ? "README.md" : basename(block.page);
  const program = /^run: (\S+)/.exec(block.mark ?? "")?.[1];
  const names = text.includes(name) || text.includes(name.replace(".md", ""));
  return names && (program === undefined || text.includes(program))
    ? undefined
    : `${placeOf(block)}: ${by} does not name it`;
}
