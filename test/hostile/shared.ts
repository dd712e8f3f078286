// One server for all tests of a file: to start one takes longer than most attacks do.
import { afterAll, beforeAll } from "vitest";
import type { AtEnd } from "../e2e/dev-server.ts";

const startTimeoutMs = 60_000;

/** Started before the first test, and stopped with all that came with it after the last. */
export function shared<Thing>(start: (atEnd: AtEnd) => Promise<Thing>): () => Thing {
  const stops: (() => Promise<void>)[] = [];
  let thing: Thing | undefined;
  beforeAll(async () => {
    thing = await start((stop) => stops.push(stop));
  }, startTimeoutMs);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  }, startTimeoutMs);
  return () => {
    if (thing === undefined) throw new Error("it is there from the first test on");
    return thing;
  };
}
