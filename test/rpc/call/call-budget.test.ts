// How much callers can make the server hold, and how long they can keep it waiting.
import { expect, test } from "vitest";
import {
  callsPerSessionMax,
  callsPerSocketMax,
  createCallBudget,
  type Entry,
} from "../../../src/rpc/call/call-budget.ts";

const mib = 1_048_576;
const config = { callsMax: 4, callBytesMax: mib, requestTimeoutMs: 60_000 };

function openBudget(more: Partial<typeof config> = {}) {
  let ms = 0;
  const budget = createCallBudget({ ...config, ...more }, () => ms);
  const cut: string[] = [];
  const enter = (name: string, entry: Partial<Entry> = {}) =>
    budget.enter({ connection: {}, isHttp2: true, isUnauthenticated: false, cut: () => void cut.push(name), ...entry });
  const advance = (by: number) => {
    ms += by;
  };
  return { budget, cut, enter, advance };
}

test("calls are taken up to the limit, and again as soon as one has ended", () => {
  const { enter } = openBudget();
  const slots = Array.from({ length: 4 }, (_, index) => enter(`${index}`));
  expect(slots.map(({ refusal }) => refusal)).toEqual([undefined, undefined, undefined, undefined]);
  const refused = enter("one too many");
  expect(refused.refusal).toMatchObject({ facts: { value: { limit: "calls_max", bound: 4n, value: 5n } } });
  expect(refused.refusal?.retryAfterMs).toBeGreaterThan(0);
  for (const slot of [refused, slots[0]]) {
    slot?.closed();
    slot?.ended();
  }
  expect(enter("the next").refusal).toBeUndefined();
});

test("a call whose stream is closed still counts while its handler runs, and the other way round", () => {
  const { enter } = openBudget({ callsMax: 1 });
  const reset = enter("reset");
  reset.closed();
  expect(enter("meanwhile").refusal).toBeDefined();
  const { enter: enterOther } = openBudget({ callsMax: 1 });
  enterOther("answered").ended();
  expect(enterOther("meanwhile").refusal).toBeDefined();
});

test("unauthenticated calls have a share of their own, which neither side can take from the other", () => {
  const { enter } = openBudget();
  for (let count = 0; count < 4; count += 1) enter("caller");
  expect(enter("probe", { isUnauthenticated: true }).refusal).toBeUndefined();
  expect(enter("probe", { isUnauthenticated: true }).refusal).toBeUndefined();
  expect(enter("flood", { isUnauthenticated: true }).refusal).toMatchObject({
    facts: { value: { limit: "open_calls_max" } },
  });
  const { enter: enterOther } = openBudget();
  for (let count = 0; count < 9; count += 1) enterOther("flood", { isUnauthenticated: true });
  expect(enterOther("caller").refusal).toBeUndefined();
});

test("one connection has its limit, whatever budget is left", () => {
  const { enter } = openBudget({ callsMax: 10_000 });
  const connection = {};
  const refusals = Array.from({ length: callsPerSessionMax + 1 }, () => enter("x", { connection }).refusal);
  expect(refusals.filter((refusal) => refusal !== undefined)).toHaveLength(1);
  const socket = {};
  const pipelined = Array.from(
    { length: callsPerSocketMax + 1 },
    () => enter("x", { connection: socket, isHttp2: false }).refusal,
  );
  expect(pipelined.at(-1)).toMatchObject({ facts: { value: { limit: "calls_per_connection_max", bound: 16n } } });
  expect(enter("of another").refusal).toBeUndefined();
});

test("bytes are released when a call ends; the last part of the budget is for small messages", () => {
  const { enter } = openBudget();
  const large = enter("large");
  expect(large.hold(0.8 * mib)).toBeUndefined();
  expect(enter("large").hold(0.1 * mib)).toMatchObject({ facts: { value: { limit: "call_bytes_max" } } });
  expect(enter("small").hold(1_000)).toBeUndefined();
  large.ended();
  large.closed();
  expect(enter("large").hold(0.7 * mib)).toBeUndefined();
});

test("a caller that keeps the server waiting is cut after the timeout, and sooner when the budget is used up", () => {
  const { budget, enter, cut, advance } = openBudget();
  const sent = enter("sent");
  sent.readingSinceMs = undefined;
  enter("sends slowly");
  enter("reads slowly").ended();
  advance(59_000);
  budget.cutSlow();
  expect(cut).toEqual([]);
  advance(1_000);
  budget.cutSlow();
  expect(cut).toEqual(["sends slowly", "reads slowly"]);
  budget.cutSlow();
  expect(cut).toHaveLength(2);
  enter("full").holdUnchecked(mib);
  advance(1_000);
  budget.cutSlow();
  expect(cut).toEqual(["sends slowly", "reads slowly", "full"]);
});
