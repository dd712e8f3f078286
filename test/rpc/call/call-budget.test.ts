// How much callers can make the server hold, and how long they can make it wait.
import { expect, test } from "vitest";
import { createCallBudget, type Entry } from "../../../src/rpc/call/call-budget.ts";

const mib = 1_048_576;
const config = { callsMax: 4, callBytesMax: mib, requestTimeoutMs: 60_000 };

function openRoom(more: Partial<typeof config> = {}) {
  let ms = 0;
  const room = createCallBudget({ ...config, ...more }, () => ms);
  const cut: string[] = [];
  const enter = (name: string, entry: Partial<Entry> = {}) =>
    room.enter({ connection: {}, isHttp2: true, isUnauthenticated: false, cut: () => void cut.push(name), ...entry });
  const advance = (by: number) => {
    ms += by;
  };
  return { room, cut, enter, advance };
}

test("calls are taken up to the bound, and again as soon as one has gone", () => {
  const { enter } = openRoom();
  const places = Array.from({ length: 4 }, (_, index) => enter(`${index}`));
  expect(places.map(({ refusal }) => refusal)).toEqual([undefined, undefined, undefined, undefined]);
  const refused = enter("one too many");
  expect(refused.refusal).toMatchObject({ facts: { value: { limit: "calls_max", bound: 4n, value: 5n } } });
  expect(refused.refusal?.retryAfterMs).toBeGreaterThan(0);
  for (const place of [refused, places[0]]) {
    place?.closed();
    place?.ended();
  }
  expect(enter("the next").refusal).toBeUndefined();
});

test("a call whose stream is closed still counts while its handler runs, and the other way round", () => {
  const { enter } = openRoom({ callsMax: 1 });
  const reset = enter("reset");
  reset.closed();
  expect(enter("meanwhile").refusal).toBeDefined();
  const { enter: enterOther } = openRoom({ callsMax: 1 });
  enterOther("answered").ended();
  expect(enterOther("meanwhile").refusal).toBeDefined();
});

test("strangers have a part of their own: they keep nobody out, and nobody keeps them out", () => {
  const { enter } = openRoom();
  for (let count = 0; count < 4; count += 1) enter("caller");
  expect(enter("probe", { isUnauthenticated: true }).refusal).toBeUndefined();
  expect(enter("probe", { isUnauthenticated: true }).refusal).toBeUndefined();
  expect(enter("flood", { isUnauthenticated: true }).refusal).toMatchObject({
    facts: { value: { limit: "open_calls_max" } },
  });
  const { enter: enterOther } = openRoom();
  for (let count = 0; count < 9; count += 1) enterOther("flood", { isUnauthenticated: true });
  expect(enterOther("caller").refusal).toBeUndefined();
});

test("one connection has its bound, whatever room there is", () => {
  const { enter } = openRoom({ callsMax: 10_000 });
  const connection = {};
  const refusals = Array.from({ length: 513 }, () => enter("x", { connection }).refusal);
  expect(refusals.filter((refusal) => refusal !== undefined)).toHaveLength(1);
  const socket = {};
  const ahead = Array.from({ length: 17 }, () => enter("x", { connection: socket, isHttp2: false }).refusal);
  expect(ahead.at(-1)).toMatchObject({ facts: { value: { limit: "calls_per_connection_max", bound: 16n } } });
  expect(enter("of another").refusal).toBeUndefined();
});

test("bytes are given back when a call leaves; the small have the last of the room for themselves", () => {
  const { enter } = openRoom();
  const large = enter("large");
  expect(large.hold(0.8 * mib)).toBeUndefined();
  expect(enter("large").hold(0.1 * mib)).toMatchObject({ facts: { value: { limit: "call_bytes_max" } } });
  expect(enter("small").hold(1_000)).toBeUndefined();
  large.ended();
  large.closed();
  expect(enter("large").hold(0.7 * mib)).toBeUndefined();
});

test("whoever keeps the server waiting is cut when his time is over, and sooner where there is no room", () => {
  const { room, enter, cut, advance } = openRoom();
  const sent = enter("sent");
  sent.readingSinceMs = undefined;
  enter("sends slowly");
  enter("reads slowly").ended();
  advance(59_000);
  room.cutSlow();
  expect(cut).toEqual([]);
  advance(1_000);
  room.cutSlow();
  expect(cut).toEqual(["sends slowly", "reads slowly"]);
  room.cutSlow();
  expect(cut).toHaveLength(2);
  enter("full").holdUnchecked(mib);
  advance(1_000);
  room.cutSlow();
  expect(cut).toEqual(["sends slowly", "reads slowly", "full"]);
});
