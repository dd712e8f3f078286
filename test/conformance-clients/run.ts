// Plays the scenarios in the languages that are given, or in all, and prints `client <language> <passed>/<total>`. If
// all languages ran, the table in docs/conformance.md is written. A language whose toolchain is missing is skipped,
// or fails if CI=true. Use: make conformance ARGS="python --only drain"; --wrong switches an expectation of each
// scenario, and then each must fail.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withMigratedDatabase } from "../../src/postgres/scratch-postgres.ts";
import { conform, type Result, renderResults } from "./conformance.ts";
import { languages } from "./languages.ts";
import { readScenarios, switched } from "./scenario.ts";
import { openServers, type Servers } from "./server.ts";

const page = "docs/conformance.md";
const marked = /(<!-- made: conformance -->\n)[\s\S]*?(<!-- end -->)/;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string" }, wrong: { type: "boolean", default: false } },
});

const wanted = readScenarios().filter(({ group, title }) => `${group}: ${title}`.includes(options.only ?? ""));
const scenarios = options.wrong ? wanted.map(switched) : wanted;

async function conformIn(language: string, servers: Servers): Promise<Result[] | undefined> {
  const missing = languages[language]?.missing();
  if (missing !== undefined && process.env["CI"] !== "true") {
    console.log(`client ${language} skipped: ${missing}`);
    return undefined;
  }
  const results = await conform(language, scenarios, servers, ({ scenario, failure }) => {
    if ((failure === undefined) !== options.wrong) return;
    const what = options.wrong ? "passed with a wrong expectation" : failure;
    console.error(`${language}: ${scenario.group}: ${scenario.title}: ${what}`);
    process.exitCode = 1;
  });
  const passed = results.filter(({ failure }) => (failure === undefined) !== options.wrong).length;
  console.log(`client ${language} ${passed}/${results.length}`);
  return results;
}

const names = positionals.length > 0 ? positionals : Object.keys(languages);
await withMigratedDatabase(async (databaseUrl) => {
  const servers = await openServers(databaseUrl);
  try {
    const results = new Map<string, Result[]>();
    for (const name of names) {
      const result = await conformIn(name, servers);
      if (result) results.set(name, result);
    }
    const isWhole = results.size === Object.keys(languages).length && options.only === undefined && !options.wrong;
    if (isWhole) {
      const text = readFileSync(page, "utf8");
      const table = renderResults(results);
      writeFileSync(
        page,
        text.replace(marked, (_all, open, close) => `${open}\n${table}\n\n${close}`),
      );
    }
  } finally {
    await servers.close();
  }
});
