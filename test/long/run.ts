// Runs the tests that draw at random over and over, each round with a seed of its own, until the time is over or one
// fails: node test/long/run.ts [minutes, else 10]
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { seededTestFiles } from "./seeded-files.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const minutesDefault = 10;
const seedsCount = 2 ** 31;

const minutes = Number(process.argv[2] ?? minutesDefault);
if (!(minutes > 0)) {
  process.stderr.write(`test-long: "${process.argv[2]}" is no number of minutes; use make test-long MINUTES=10\n`);
  process.exit(2);
}
const files = seededTestFiles(root);
const startMs = performance.now();
const secondsPassed = () => Math.round((performance.now() - startMs) / 1_000);
process.stdout.write(`test-long: ${files.length} files that draw at random, for ${minutes} minutes\n`);

let rounds = 0;
for (; secondsPassed() < minutes * 60; rounds += 1) {
  const seed = randomInt(seedsCount);
  const { output, isGreen } = await runRound(seed);
  const counts = output.trimEnd().split("\n").at(-1) ?? "";
  process.stdout.write(`round ${rounds + 1}, SEED=${seed}: ${counts} (${secondsPassed()} s of ${minutes * 60})\n`);
  if (isGreen) continue;
  const failures = output.indexOf("\nFAILED ");
  process.stdout.write(failures < 0 ? output : output.slice(failures));
  process.stdout.write(`test-long: round ${rounds + 1} failed after ${secondsPassed()} s\n`);
  process.exit(1);
}
process.stdout.write(`test-long: ${rounds} rounds passed in ${secondsPassed()} s\n`);

async function runRound(seed: number): Promise<{ output: string; isGreen: boolean }> {
  const round = spawn(`${root}.ci/test`, files, {
    env: { ...process.env, SEED: String(seed) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => round.once("close", resolve).once("error", reject));
  const [output, errors, code] = await Promise.all([text(round.stdout), text(round.stderr), ended]);
  // Without counts it has not come as far as its report: then what it wrote to stderr says why.
  return { output: output.includes(" passed, ") ? output : `${output}\n${errors}`, isGreen: code === 0 };
}
