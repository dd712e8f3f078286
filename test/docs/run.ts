/**
 * `make docs-check`: checks every block of code of the README, docs/ and the READMEs of the kits, and prints what
 * became of each page. It starts a server for the commands, and compiles the code of each language with its kit.
 *
 * `node test/docs/run.ts [--languages] [page …]`: only the compilers; only these pages.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { languages } from "../conformance-clients/languages.ts";
import { makeDataDir, startDevServer } from "../e2e/dev-server.ts";
import { isOf, type PageBlock, placeOf, readBlocks, strayEntries, testFault, verdictOf } from "./blocks.ts";
import * as compile from "./compile.ts";
import { documents } from "./documents.ts";
import { notRun } from "./not-run.ts";
import { pagesToPlay, playPage } from "./play.ts";
import { type Server, syntaxFault } from "./shell.ts";

type AtEnd = (stop: () => Promise<void>) => void;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function startServer(atEnd: AtEnd): Promise<Server> {
  const dataDir = await makeDataDir(atEnd);
  const { url, said } = await startDevServer(dataDir, [], atEnd);
  const password = (await readFile(join(dataDir, "postgres/password"), "utf8")).trim();
  const port = /"embedded_postgres_started".*?"port":(\d+)/.exec(said())?.[1];
  return { url, dataDir, databaseUrl: `postgres://asyncgate:${password}@127.0.0.1:${port}/asyncgate` };
}

async function checkBlocks(blocks: readonly PageBlock[]): Promise<string[]> {
  const faults = await Promise.all(
    blocks.map(async (block) => {
      const verdict = verdictOf(block);
      const place = placeOf(block);
      if (verdict.how === "unknown") return [`${place}: no check knows this block`];
      if (verdict.how === "tested") return testFault(block, verdict.by) ?? [];
      if (verdict.how === "run") return [syntaxFault(block.text) ?? []].flat().map((fault) => `${place}: ${fault}`);
      if (verdict.how !== "read") return [];
      const checked = async () => await documents.find((one) => isOf(one, block))?.check(block.text);
      return await checked().then(
        () => [],
        (error: Error) => [`${place}: ${error.message}`],
      );
    }),
  );
  return faults.flat();
}

async function playPages(blocks: readonly PageBlock[], atEnd: AtEnd): Promise<string[]> {
  const pages = pagesToPlay(blocks);
  if (pages.size === 0) return [];
  const server = await startServer(atEnd);
  const all: string[] = [];
  for (const [page, own] of pages) {
    const start = performance.now();
    const { ran, faults } = await playPage(server, page, own);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    say(`${page}: ${ran} commands in ${seconds} s${faults.length > 0 ? `, ${faults.length} faults` : ""}`);
    all.push(...faults);
  }
  return all;
}

function compileAll(blocks: readonly PageBlock[]): string[] {
  const all = [
    ["typescript", "ts", compile.compileTypeScript],
    ["python", "python", compile.compilePython],
    ["go", "go", compile.compileGo],
    ["java", "java", compile.compileJava],
    ["rust", "rust", compile.compileRust],
  ] as const;
  const faults = all.flatMap(([name, language, check]) => {
    const code = compile.codeIn(blocks, language);
    const missing = languages[name]?.missing();
    if (code.length === 0) return [];
    if (missing && process.env["CI"] === "true") return [`${name}: ${missing}`];
    say(`${name}: ${missing ? `skipped: ${missing}` : `${code.length} blocks`}`);
    return missing ? [] : check(code);
  });
  return [...faults, ...compile.compileGeneratedClient(blocks)];
}

function sayNotRun(): void {
  say("\nNot run:");
  for (const { page = "any page", command, why } of notRun) say(`  ${page}: ${command.source}: ${why}`);
}

const args = process.argv.slice(2);
const pages = args.filter((one) => !one.startsWith("--"));
const every = readBlocks();
const blocks = pages.length === 0 ? every : every.filter(({ page }) => pages.includes(page));
const stops: (() => Promise<void>)[] = [];
const faults: string[] = [];
try {
  if (!args.includes("--languages")) {
    faults.push(...strayEntries(every).map((entry) => `no block is like this entry of a list: ${entry}`));
    faults.push(...(await checkBlocks(blocks)));
    faults.push(...(await playPages(blocks, (stop) => void stops.push(stop))));
  }
  faults.push(...compileAll(blocks));
} finally {
  for (const stop of stops.reverse()) await stop();
}
if (pages.length === 0) sayNotRun();
for (const fault of faults) process.stderr.write(`\ndocs-check: ${fault}\n`);
say(`\n${blocks.length} blocks of ${new Set(blocks.map(({ page }) => page)).size} pages; ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
