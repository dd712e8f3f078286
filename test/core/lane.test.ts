// Lanes: the id follows from the kind alone, whichever kind was asked for before.
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/core/chain.ts";
import { laneOf } from "../../src/core/lane.ts";
import { times } from "../helpers/random.ts";

const few = (...texts: readonly string[]) => fc.constantFrom(...texts);
const kind = fc.record({
  queue: few("a", "b"),
  type: few("a", "b"),
  priority: fc.integer({ min: 0, max: 2 }),
  capabilities: fc.array(few("x", "y"), { maxLength: 3 }),
});

test("a kind has one lane, however its capabilities are listed and whatever was asked for before", () => {
  fc.assert(
    fc.property(fc.array(kind, { minLength: 1, maxLength: 20 }), (kinds) => {
      for (const { capabilities, ...rest } of kinds) {
        const sorted = [...new Set(capabilities)].sort();
        const digest = digestOf("lane", rest.queue, rest.type, String(rest.priority), ...sorted);
        const laneId = Buffer.from(digest).readUIntBE(0, 6);
        expect(laneOf({ ...rest, capabilities })).toEqual({ ...rest, capabilities: sorted, laneId });
      }
    }),
    { numRuns: times(200) },
  );
});
