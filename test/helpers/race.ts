// Races: two servers on one database, rivals that start together, many rounds. No test sleeps: each rival starts a
// random few turns of the event loop later, so that sometimes the one is ahead and sometimes the other.
import { expect, test } from "vitest";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Operations } from "../../src/engine/index.ts";
import { openTestEngine, type TestEngine } from "./engine.ts";
import { outcome, type People, peopleOf, type Scene } from "./ledger-scenario.ts";
import { createRandom, seed, times } from "./random.ts";

/** As many as take a few seconds. */
export const rounds = times(20);

const timeoutMsPerRound = 10_000;
const turnsMax = 12;

export type Arena = Scene & {
  /** The operations of each server; each has a connection pool of its own. */
  readonly servers: readonly [Operations, Operations];
  readonly other: TestEngine;
  readonly round: number;
};

/** Runs `count` rounds. The ledger is checked at the end of the test. */
export function race(title: string, play: (arena: Arena) => Promise<void>, count = rounds): void {
  test(title, { timeout: 120_000 + count * timeoutMsPerRound }, async () => {
    const arena = await openArena();
    for (let round = 0; round < count; round += 1) await play({ ...arena, round });
  });
}

export async function openArena(): Promise<Omit<Arena, "round">> {
  const one = await openTestEngine({ poolMax: 8 });
  const other = await openTestEngine({ databaseUrl: one.database.databaseUrl, clock: one.clock, poolMax: 8 });
  const people: People = peopleOf(one.tenant);
  return { ...one, ...people, servers: [one.operations, other.operations], other };
}

/** Starts all together, each up to a few turns later, and returns their results in the given order. */
export async function together<Starts extends readonly (() => Promise<unknown>)[]>(
  round: number,
  ...starts: Starts
): Promise<{ -readonly [Place in keyof Starts]: Awaited<ReturnType<Starts[Place]>> }> {
  const random = createRandom(seed + round);
  const racing = starts.map(async (start) => {
    for (let turns = Math.floor(random() * turnsMax); turns > 0; turns -= 1) await new Promise(setImmediate);
    return await outcome(start());
  });
  return (await Promise.all(racing)) as { -readonly [Place in keyof Starts]: Awaited<ReturnType<Starts[Place]>> };
}

export function granted<Answer extends object>(answers: readonly (Answer | object)[]): Answer[] {
  return answers.filter((answer): answer is Answer => !isRefusal(answer));
}

/** Asserts that exactly one of the rivals has won, and returns its index. */
export function onlyWinner(answers: readonly object[]): number {
  const winners = answers.flatMap((answer, place) => (isRefusal(answer) ? [] : [place]));
  expect(winners).toHaveLength(1);
  return winners[0] ?? -1;
}
