// Compares the benchmark of this checkout with that of another commit: node test/bench/against-base.ts <commit>
// [--only name,name] [--rounds 5] [--full]. The base is checked out into a worktree of its own and runs its own code by
// its own command. Row by row, base and head run directly after each other, several rounds, so that what disturbs the
// machine disturbs both. Rows of peers, which no commit here changes, show how large the noise is.
import { execFileSync, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { type Measured, readMeasured, tableOf, type Verdict, verdictsOf } from "./against-base-figures.ts";
import { checkOutBase, headRoot, removeBase } from "./base-worktree.ts";
import { tell } from "./measure.ts";
import { allRows } from "./rows.ts";

const roundsDefault = 5;

type Side = "base" | "head";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: String(roundsDefault) },
    full: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const [commit] = positionals;
  if (commit === undefined) throw new Error("name the commit to compare with: make bench-compare BASE=<commit>");
  const rounds = Number(flags.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is "${flags.rounds}"; it must be at least 1`);
  const base = checkOutBase(commit);
  try {
    const verdicts = await compareRows({ base, head: headRoot }, rowsIn({ base, head: headRoot }), rounds);
    process.stdout.write(tableOf(verdicts));
    if (verdicts.some(({ isSlower }) => isSlower)) process.exitCode = 1;
  } finally {
    removeBase(base);
  }
}

/** One name for each row that both sides know. */
function rowsIn(roots: Readonly<Record<Side, string>>): string[] {
  const known = execFileSync(process.execPath, ["test/bench/run.ts", "--list"], { cwd: roots.base, encoding: "utf8" });
  const names = new Set(known.split("\n").map((line) => line.split(":")[0] ?? ""));
  const wanted = flags.only?.split(",");
  const rows = allRows.map(({ prints }) => Object.keys(prints));
  const chosen = rows.filter((row) => wanted === undefined || row.some((name) => wanted.includes(name)));
  return chosen.flatMap((row) => row.find((name) => names.has(name)) ?? []);
}

async function compareRows(
  roots: Readonly<Record<Side, string>>,
  rows: readonly string[],
  rounds: number,
): Promise<Verdict[]> {
  const measured: Record<Side, Measured[]> = { base: [], head: [] };
  for (let round = 1; round <= rounds; round += 1) {
    // The first of a pair alternates, so that neither always runs on a warmer machine.
    const sides: readonly Side[] = round % 2 === 0 ? ["head", "base"] : ["base", "head"];
    for (const row of rows) {
      for (const side of sides) {
        tell(`round ${round} of ${rounds}, ${row}, ${side}`);
        measured[side].push(...(await runRow(roots[side], row, round)));
      }
    }
  }
  return verdictsOf(measured.base, measured.head);
}

async function runRow(root: string, row: string, round: number): Promise<Measured[]> {
  // With --rounds given, a run does not write its figures into the file of results.
  const args = ["test/bench/run.ts", "--only", row, "--rounds", "1", ...(flags.full ? [] : ["--smoke"])];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
  const [printed, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${row} failed in ${root}:\n${said}`);
  return readMeasured(printed, round);
}

await main().catch((error: unknown) => {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
