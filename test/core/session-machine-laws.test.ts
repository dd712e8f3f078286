// What a worker's session keeps, whatever happens to it in whatever order: the credits, the order of each lease, one
// answer an item.
import fc from "fast-check";
import { expect, test } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { StreamEndReason } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { isLive } from "../../src/core/session-machine.ts";
import type { Effects, WorkEvent } from "../../src/core/work-events.ts";
import type { Answer, HeldLease, Run } from "../../src/core/work-holdings.ts";
import { times } from "../helpers/random.ts";
import { createMachine, type Frame, lease, ttlMs } from "../helpers/work-machine.ts";

const lists = ["accepts", "starts", "progress", "completes", "fails", "releases"] as const;
type List = (typeof lists)[number];

type Act =
  | { readonly do: "credit"; readonly tasks: number }
  | { readonly do: "offer"; readonly count: number }
  | { readonly do: "ask"; readonly items: readonly { readonly list: List; readonly place: number }[] }
  | { readonly do: "answer"; readonly place: number; readonly how: readonly ("done" | "past" | "refused")[] }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "lose"; readonly place: number }
  | { readonly do: "event"; readonly type: "drain" | "shutdown" | "revoked" | "broken" | "ended" | "bye" | "past" };

const natural = fc.nat({ max: 30 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("credit" as const), tasks: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("offer" as const), count: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      items: fc.array(fc.record({ list: fc.constantFrom(...lists), place: natural }), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      place: natural,
      how: fc.array(fc.constantFrom("done" as const, "past" as const, "refused" as const), { minLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), place: natural }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      type: fc.constantFrom(...(["drain", "shutdown", "revoked", "broken", "ended", "bye", "past"] as const)),
    }),
  },
);

const refusal = (reason: ErrorReason): Answer => ({ reason, message: "" });
const answers = {
  done: { receiptId: "r" } as Answer,
  past: refusal(ErrorReason.FENCED),
  refused: refusal(ErrorReason.UNAVAILABLE),
};

const cameAlong = 2;

/** The world around a session: the dispatcher, the database, the worker. */
function createWorld() {
  const machine = createMachine();
  const world = {
    ...{ machine, given: 0, granted: 0, atDispatcher: 0, over: 0 },
    tokens: [] as string[],
    underWay: [] as Run[],
    /** Request ids by token, in the order in which they were sent, and in which they were begun. */
    sent: new Map<string, string[]>(),
    begun: new Map<string, string[]>(),
    answered: new Map<string, number>(),
  };
  function take(effects: Effects): void {
    world.atDispatcher += effects.credit;
    for (const run of effects.runs) {
      expect(tokensOf(run).filter((token) => world.underWay.some((one) => tokensOf(one).includes(token)))).toEqual([]);
      world.underWay.push(run);
      if (run.kind !== "return") for (const { message } of run.items) begin(message.leaseToken, idOf(message));
    }
    for (const { requestId, leaseToken } of effects.settled) {
      if (requestId === "") continue; // an accept
      expect(begunOf(leaseToken)).toContain(requestId);
      world.answered.set(requestId, (world.answered.get(requestId) ?? 0) + 1);
    }
    if (effects.endStream) world.over += 1;
    if (effects.leaveSeat) take(machine.apply({ type: "left" }));
    if (effects.close) take(machine.apply({ type: "closed" }));
  }
  const begunOf = (token: string) => world.begun.get(token) ?? [];
  const begin = (token: string, id: string) => {
    if (id !== "") world.begun.set(token, [...begunOf(token), id]);
  };
  return { ...world, world, take, apply: (event: WorkEvent) => take(machine.apply(event)) };
}

type World = ReturnType<typeof createWorld>;

const tokensOf = (run: Run) =>
  run.kind === "return" ? run.leases.map(({ token }) => token) : run.items.map(({ message }) => message.leaseToken);
const idOf = (message: object) => ("requestId" in message ? String(message.requestId) : "");

function ask({ world, machine, take }: World, items: Extract<Act, { do: "ask" }>["items"], turn: number): void {
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
  take(machine.say(frame as Frame));
}

function answer({ world, apply }: World, place: number, how: readonly (keyof typeof answers)[]): void {
  const [run] = world.underWay.splice(place % Math.max(world.underWay.length, 1), 1);
  if (!run) return;
  const said = tokensOf(run).map((_, index) => answers[how[index % how.length] ?? "done"]);
  apply({ type: "settled", run, answers: run.kind === "return" ? [] : said });
}

function happen(of: World, one: Act, turn: number) {
  const { world, machine, take, apply } = of;
  switch (one.do) {
    case "credit":
      if (machine.session.state === "OPEN") world.given += one.tasks;
      return take(machine.say({ credit: { tasks: one.tasks } }));
    case "offer": {
      const count = Math.min(one.count, world.atDispatcher);
      if (count === 0 || machine.session.state === "GONE") return;
      const leases: HeldLease[] = Array.from({ length: count }, (_, index) => lease(`${turn}-${index}`));
      world.atDispatcher -= count;
      world.granted += count;
      world.tokens.push(...leases.map(({ token }) => token));
      return apply({ type: "offered", leases });
    }
    case "ask":
      return ask(of, one.items, turn);
    case "answer":
      return answer(of, one.place, one.how);
    case "pass":
      return take(machine.pass(one.ms));
    case "lose": {
      const token = world.tokens[one.place % world.tokens.length] ?? "";
      const lost = [{ leaseId: `lease-${token}`, taskId: `task-${token}`, leaseToken: token, loss: 1 as const }];
      return apply({ type: "looked", tidings: { canceled: [], lost } });
    }
    case "event":
      return endBy(of, one.type);
  }
}

function endBy({ machine, take, apply }: World, type: Extract<Act, { do: "event" }>["type"]) {
  if (type === "drain") return take(machine.say({ drain: {} }));
  if (type === "bye") return take(machine.say({ bye: {} }));
  if (type === "past") return apply({ type, reason: StreamEndReason.EXPIRED });
  return apply(type === "shutdown" ? { type, withinMs: 1_000 } : { type });
}

function checkLaws({ world, machine: { session } }: World): void {
  const { holdings } = session;
  expect(world.granted).toBeLessThanOrEqual(world.given);
  expect(holdings.leases.size).toBeLessThanOrEqual(world.given + cameAlong);
  for (const [token, begun] of world.begun) expect(begun).toEqual(world.sent.get(token)?.slice(0, begun.length));
  for (const times of world.answered.values()) expect(times).toBe(1);
  expect(world.over).toBeLessThanOrEqual(1);
  // What is idle, offered or found by its task is held.
  expect(holdings.byTask.size).toBe(holdings.leases.size);
  for (const { token } of holdings.idle.values())
    expect(holdings.leases.has(token) && !holdings.busy.has(token)).toBe(true);
  for (const token of holdings.offers.keys()) expect(holdings.leases.has(token)).toBe(true);
}

/** However it went, all that is under way comes to its end, and then all is answered. */
function finish(of: World): void {
  const { world, machine } = of;
  while (world.underWay.length > 0) answer(of, 0, ["done"]);
  checkLaws(of);
  for (const [token, ids] of world.sent) expect(world.begun.get(token) ?? []).toEqual(ids);
  const all = [...world.sent.values()].flat();
  expect([...world.answered.keys()].sort()).toEqual(all.sort());
  expect(machine.session.holdings).toMatchObject({ runsUnderWay: 0, itemsUnderWay: 0 });
  expect(machine.session.holdings.busy.size).toBe(0);
  endBy(of, "broken");
  for (let turns = 0; turns < 3; turns += 1) {
    while (world.underWay.length > 0) answer(of, 0, ["done"]);
    of.take(machine.pass(ttlMs));
  }
  while (world.underWay.length > 0) answer(of, 0, ["done"]);
  expect(machine.session.state).toBe("GONE");
  expect(world.over).toBe(1);
}

test("credits bound what is offered, each lease has its order, and each item one answer", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const world = createWorld();
      world.take(world.machine.say({ hello: {} }));
      const leases = ["old-1", "old-2"].map(lease);
      world.world.tokens.push("old-1", "old-2", "of nobody");
      world.apply({ type: "opened", leases, aliveUntilMs: Number.POSITIVE_INFINITY });
      for (const [turn, one] of acts.entries()) {
        happen(world, one, turn);
        checkLaws(world);
      }
      finish(world);
    }),
    { numRuns: times(500) },
  );
});
