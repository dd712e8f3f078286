// The engine against a plain model of it: random commands of several taskers and workers of two tenants, on a real
// Postgres under a scripted clock. After every command answer and task are compared, now and then everything.
// MODEL_SEED runs the same commands again, MODEL_COMMANDS sets how many are run.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTestEngine, type TestEngine } from "../helpers/engine.ts";
import { createRandom } from "../helpers/random.ts";
import { type Command, commands as command } from "./commands.ts";
import { type Failure, runCommands, shrink, type Tally } from "./run.ts";

/** A run that everybody repeats alike; MODEL_SEED=random looks for what it does not find. */
const seedDefault = 20_261_121;
/** Some of them find nothing to be about yet; more than two thousand are said. */
const commandsDefault = 2_400;
/** Long enough for tasks to live through several leases, short enough to be compared whole often. */
const commandsPerRun = 200;
/** A list that fails is run again many times to make it short. */
const timeout = 300_000;

test("law 6: whatever is said in whatever order, the engine does what a plain model of the laws does", {
  timeout,
}, async () => {
  const wish = process.env["MODEL_SEED"];
  const seed = wish === "random" ? Date.now() % 2 ** 31 : Number(wish ?? seedDefault);
  const total = Number(process.env["MODEL_COMMANDS"] ?? commandsDefault);
  process.stderr.write(`model: MODEL_SEED=${seed} MODEL_COMMANDS=${total}\n`);
  // The ledgers of each list's tenants are compared by the list itself; a list that fails may leave bad ones behind.
  const engine = await openTestEngine({ random: createRandom(seed), ledgerMayDiffer: true });
  const all = fc.sample(command, { seed, numRuns: total });
  const tally: Tally = new Map();
  for (let from = 0; from < all.length; from += commandsPerRun) {
    const list = all.slice(from, from + commandsPerRun);
    const failure = await runCommands(engine, list, tally);
    if (failure)
      expect.fail(await report(engine, list, failure, `MODEL_SEED=${seed}, command ${from + failure.index + 1}`));
  }
  process.stderr.write(
    `model: ${[...tally]
      .sort()
      .map(([outcome, times]) => `${outcome} ${times}`)
      .join(", ")}\n`,
  );
});

async function report(engine: TestEngine, list: readonly Command[], failure: Failure, where: string): Promise<string> {
  const { failure: shortest } = await shrink(engine, list, failure);
  return [
    `engine and model part at ${where}: ${failure.what}`,
    `The shortest way there that was found:`,
    ...shortest.story,
    shortest.what,
  ].join("\n");
}
