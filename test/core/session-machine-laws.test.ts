// What a session machine guarantees for events in any order: the bound of the credits, the order of the items of each
// lease, one answer an item.
import fc from "fast-check";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { StreamEndReason } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { isLive } from "../../src/core/session-machine.ts";
import type { Effects, WorkEvent } from "../../src/core/work-events.ts";
import type { Answer, Batch, HeldLease } from "../../src/core/work-holdings.ts";
import { times } from "../helpers/random.ts";
import { createMachine, type Frame, lease, ttlMs } from "../helpers/work-machine.ts";

const lists = ["accepts", "starts", "progress", "completes", "fails", "releases"] as const;
type List = (typeof lists)[number];

type EndType =
  | "drain"
  | "bye"
  | "shutdown"
  | "credential_revoked"
  | "stream_broken"
  | "requests_ended"
  | "session_ended";

type Act =
  | { readonly do: "credit"; readonly tasks: number }
  | { readonly do: "offer"; readonly count: number }
  | { readonly do: "send"; readonly items: readonly { readonly list: List; readonly place: number }[] }
  | { readonly do: "answer"; readonly place: number; readonly how: readonly ("done" | "fenced" | "refused")[] }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "lose"; readonly place: number }
  | { readonly do: "event"; readonly type: EndType };

const natural = fc.nat({ max: 30 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("credit" as const), tasks: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("offer" as const), count: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      items: fc.array(fc.record({ list: fc.constantFrom(...lists), place: natural }), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      place: natural,
      how: fc.array(fc.constantFrom("done" as const, "fenced" as const, "refused" as const), { minLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), place: natural }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      type: fc.constantFrom<EndType[]>(
        "drain",
        "bye",
        "shutdown",
        "credential_revoked",
        "stream_broken",
        "requests_ended",
        "session_ended",
      ),
    }),
  },
);

const refusal = (reason: ErrorReason): Answer => ({ reason, message: "" });
const answers = {
  done: { receiptId: "r" } as Answer,
  fenced: refusal(ErrorReason.FENCED),
  refused: refusal(ErrorReason.UNAVAILABLE),
};

const cameAlong = 2;

/** The world around a session: its dispatcher, its database, its worker. */
function createWorld() {
  const machine = createMachine();
  const world = {
    ...{ machine, given: 0, granted: 0, atDispatcher: 0, ends: 0 },
    tokens: [] as string[],
    inFlight: [] as Batch[],
    /** Request ids by token, in the order in which they were sent, and in which they were begun. */
    sent: new Map<string, string[]>(),
    begun: new Map<string, string[]>(),
    answered: new Map<string, number>(),
  };
  function take(effects: Effects): void {
    world.atDispatcher += effects.credit;
    for (const batch of effects.batches) {
      expect(tokensOf(batch).filter((token) => world.inFlight.some((one) => tokensOf(one).includes(token)))).toEqual(
        [],
      );
      world.inFlight.push(batch);
      if (batch.kind !== "return") for (const { message } of batch.items) begin(message.leaseToken, idOf(message));
    }
    for (const { requestId, leaseToken } of effects.settled) {
      if (requestId === "") continue; // an accept
      expect(begunOf(leaseToken)).toContain(requestId);
      world.answered.set(requestId, (world.answered.get(requestId) ?? 0) + 1);
    }
    if (effects.endStream) world.ends += 1;
    if (effects.unsubscribe) take(machine.apply({ type: "unsubscribed" }));
    if (effects.closeSession) take(machine.apply({ type: "session_closed" }));
  }
  const begunOf = (token: string) => world.begun.get(token) ?? [];
  const begin = (token: string, id: string) => {
    if (id !== "") world.begun.set(token, [...begunOf(token), id]);
  };
  return { ...world, world, take, apply: (event: WorkEvent) => take(machine.apply(event)) };
}

type World = ReturnType<typeof createWorld>;

const tokensOf = (batch: Batch) =>
  batch.kind === "return"
    ? batch.leases.map(({ token }) => token)
    : batch.items.map(({ message }) => message.leaseToken);
const idOf = (message: object) => ("requestId" in message ? String(message.requestId) : "");

function sendItems({ world, machine, take }: World, items: Extract<Act, { do: "send" }>["items"], turn: number): void {
  const frame = Object.fromEntries(lists.map((list) => [list, [] as { leaseToken: string; requestId?: string }[]]));
  for (const [place, { list, place: token }] of items.entries()) {
    const leaseToken = world.tokens[token % world.tokens.length] ?? "";
    frame[list]?.push({ leaseToken, ...(list !== "accepts" && { requestId: `${turn}-${place}` }) });
  }
  if (isLive(machine.session)) {
    for (const list of lists) {
      for (const { leaseToken, requestId } of frame[list] ?? []) {
        if (requestId) world.sent.set(leaseToken, [...(world.sent.get(leaseToken) ?? []), requestId]);
      }
    }
  }
  take(machine.send(frame as Frame));
}

function answer({ world, apply }: World, place: number, how: readonly (keyof typeof answers)[]): void {
  const [batch] = world.inFlight.splice(place % Math.max(world.inFlight.length, 1), 1);
  if (!batch) return;
  const given = tokensOf(batch).map((_, index) => answers[how[index % how.length] ?? "done"]);
  apply({ type: "batch_done", batch, answers: batch.kind === "return" ? [] : given });
}

function happen(of: World, one: Act, turn: number) {
  const { world, machine, take, apply } = of;
  switch (one.do) {
    case "credit":
      if (machine.session.state === "OPEN") world.given += one.tasks;
      return take(machine.send({ credit: { tasks: one.tasks } }));
    case "offer": {
      const count = Math.min(one.count, world.atDispatcher);
      if (count === 0 || machine.session.state === "CLOSED") return;
      const leases: HeldLease[] = Array.from({ length: count }, (_, index) => lease(`${turn}-${index}`));
      world.atDispatcher -= count;
      world.granted += count;
      world.tokens.push(...leases.map(({ token }) => token));
      return apply({ type: "offered", leases });
    }
    case "send":
      return sendItems(of, one.items, turn);
    case "answer":
      return answer(of, one.place, one.how);
    case "pass":
      return take(machine.pass(one.ms));
    case "lose": {
      const token = world.tokens[one.place % world.tokens.length] ?? "";
      const lost = [{ leaseId: `lease-${token}`, taskId: `task-${token}`, leaseToken: token, loss: 1 as const }];
      return apply({ type: "inspected", changes: { canceled: [], lost } });
    }
    case "event":
      return endBy(of, one.type);
  }
}

function endBy({ machine, take, apply }: World, type: Extract<Act, { do: "event" }>["type"]) {
  if (type === "drain") return take(machine.send({ drain: {} }));
  if (type === "bye") return take(machine.send({ bye: {} }));
  if (type === "session_ended") return apply({ type, reason: StreamEndReason.EXPIRED });
  return apply(type === "shutdown" ? { type, withinMs: 1_000 } : { type });
}

function checkLaws({ world, machine: { session } }: World): void {
  const { holdings } = session;
  expect(world.granted).toBeLessThanOrEqual(world.given);
  expect(holdings.leases.size).toBeLessThanOrEqual(world.given + cameAlong);
  for (const [token, begun] of world.begun) expect(begun).toEqual(world.sent.get(token)?.slice(0, begun.length));
  for (const times of world.answered.values()) expect(times).toBe(1);
  expect(world.ends).toBeLessThanOrEqual(1);
  // Leases that are idle, offered or found by their tasks are held.
  expect(holdings.byTask.size).toBe(holdings.leases.size);
  for (const { token } of holdings.idle.values())
    expect(holdings.leases.has(token) && !holdings.busy.has(token)).toBe(true);
  for (const token of holdings.offers.keys()) expect(holdings.leases.has(token)).toBe(true);
}

/** Lets everything in flight finish: every item is answered then, and the machine closes. */
function finish(of: World): void {
  const { world, machine } = of;
  while (world.inFlight.length > 0) answer(of, 0, ["done"]);
  checkLaws(of);
  for (const [token, ids] of world.sent) expect(world.begun.get(token) ?? []).toEqual(ids);
  const all = [...world.sent.values()].flat();
  expect([...world.answered.keys()].sort()).toEqual(all.sort());
  expect(machine.session.holdings).toMatchObject({ batchesInFlight: 0, itemsInFlight: 0 });
  expect(machine.session.holdings.busy.size).toBe(0);
  endBy(of, "stream_broken");
  for (let turns = 0; turns < 3; turns += 1) {
    while (world.inFlight.length > 0) answer(of, 0, ["done"]);
    of.take(machine.pass(ttlMs));
  }
  while (world.inFlight.length > 0) answer(of, 0, ["done"]);
  expect(machine.session.state).toBe("CLOSED");
  expect(world.ends).toBe(1);
}

test("offers stay within the credits, items of a lease keep their order, and each item has one answer", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const world = createWorld();
      world.take(world.machine.send({ hello: {} }));
      const leases = ["old-1", "old-2"].map(lease);
      world.world.tokens.push("old-1", "old-2", "unknown");
      world.apply({ type: "opened", leases, expireAtMs: Number.POSITIVE_INFINITY });
      for (const [turn, one] of acts.entries()) {
        happen(world, one, turn);
        checkLaws(world);
      }
      finish(world);
    }),
    { numRuns: times(500) },
  );
});
