// The engine against a plain model of it: random commands of several taskers and workers of two tenants, on a real
// Postgres under a scripted clock. After every command the answer and its tasks are compared, now and then everything.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTestEngine, type TestEngine } from "../helpers/engine.ts";
import { createRandom, seed, times } from "../helpers/random.ts";
import { type Command, commands as command } from "./commands.ts";
import { type Failure, runCommands, shrink, type Tally } from "./run.ts";

/** Some of them have no target yet; more than two thousand become calls. */
const commandsTotal = times(2_400);
/** Long enough for tasks to have several leases, short enough to compare everything often. */
const commandsPerRun = 200;
/** A failing list runs again many times to shorten it. */
const timeout = times(300_000);

test("law 6: for any calls in any order the engine does what a plain model of the laws does", {
  timeout,
}, async () => {
  // Each list checks the ledgers of its own tenants; a failing list may leave differences behind.
  const engine = await openTestEngine({ random: createRandom(seed), ledgerMayDiffer: true });
  const all = fc.sample(command, commandsTotal);
  const tally: Tally = new Map();
  for (let from = 0; from < all.length; from += commandsPerRun) {
    const list = all.slice(from, from + commandsPerRun);
    const failure = await runCommands(engine, list, tally);
    if (failure) expect.fail(await report(engine, list, failure, from + failure.index + 1));
  }
  process.stderr.write(
    `model: ${[...tally]
      .sort()
      .map(([outcome, times]) => `${outcome} ${times}`)
      .join(", ")}\n`,
  );
});

async function report(engine: TestEngine, list: readonly Command[], failure: Failure, at: number): Promise<string> {
  const { failure: shortest } = await shrink(engine, list, failure);
  return [
    `engine and model disagree at command ${at}: ${failure.what}`,
    "The shortest list of calls that still fails:",
    ...shortest.story,
    shortest.what,
  ].join("\n");
}
