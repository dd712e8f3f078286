// What a tenant and each of its principals may have at once: one less, as many, and one more; by one server and by two.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  KeepLeasesRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  CreateTaskRequestSchema,
  WatchTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationOfMs } from "../../../src/core/duration.ts";
import type { Limits } from "../../../src/core/limits.ts";
import { isRefusal, type Refusal, Refused } from "../../../src/core/refusal.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import { openTestEngine } from "../../helpers/engine.ts";
import {
  claim,
  complete,
  granted,
  hand,
  openScene,
  outcome,
  refused,
  type Scene,
} from "../../helpers/ledger-scenario.ts";
import { plainKind } from "../../helpers/work.ts";

const aSecondMs = 1_000;

const ask = (request: MessageInitShape<typeof CreateTaskRequestSchema> = {}) =>
  create(CreateTaskRequestSchema, { type: "t", ...request });

function createMany({ operations }: Pick<Scene, "operations">, caller: Caller, count: number, requestId = "") {
  return operations.createTasks(caller, { tasks: Array.from({ length: count }, () => ask()), requestId });
}

function claimMany({ operations }: Pick<Scene, "operations">, caller: Caller, maxTasks: number, wish = {}) {
  return operations.claimTasks(caller, create(ClaimTasksRequestSchema, { maxTasks, ...wish }));
}

function factsOf(refusal: object | undefined) {
  return (refusal as Refusal).facts?.value;
}

const isMade = (answer: object) => !isRefusal(answer);

describe("live tasks", () => {
  test.each([
    ["live_tasks_max", { live_tasks_max: 3 }],
    ["principal_live_tasks_max", { principal_live_tasks_max: 3 }],
  ])(
    "%s: one less and as many may live, one more is refused, and has room when one has ended",
    async (limit, limits) => {
      const scene = await openScene({ limits });
      for (let tasks = 1; tasks <= 3; tasks += 1) await hand(scene);
      const [fourth] = await createMany(scene, scene.agent, 1);
      expect(await refused(fourth, ErrorReason.LIMIT_EXCEEDED)).toMatchObject({ retryAfterMs: aSecondMs });
      expect(factsOf(fourth)).toEqual({ limit, bound: 3n, value: 4n, field: "" });
      granted(await complete(scene, await claim(scene)));
      scene.clock.advance(aSecondMs);
      expect((await createMany(scene, scene.agent, 2)).map(isMade)).toEqual([true, false]);
    },
  );

  test("of a list that is too long for the room left, the first tasks are created", async () => {
    const scene = await openScene({ limits: { live_tasks_max: 5 } });
    expect((await createMany(scene, scene.agent, 4)).every(isMade)).toBe(true);
    expect((await createMany(scene, scene.agent, 3)).map(isMade)).toEqual([true, false, false]);
  });

  test("bounds that are counted only when they are near are kept all the same, by one server", async () => {
    const scene = await openScene({ limits: { live_tasks_max: 1_200 }, oneServer: true });
    for (let calls = 0; calls < 2; calls += 1)
      expect((await createMany(scene, scene.agent, 500)).every(isMade)).toBe(true);
    const last = await createMany(scene, scene.agent, 201);
    expect(last.filter(isMade)).toHaveLength(200);
    expect(factsOf(last[200])).toMatchObject({ bound: 1_200n, value: 1_201n });
  });

  test("a repeated creation is answered though there is room for nothing more", async () => {
    const scene = await openScene({ limits: { live_tasks_max: 2 } });
    const { operations, agent } = scene;
    const keyed = ask({ idempotencyKey: "k" });
    const made = await operations.createTasks(agent, { tasks: [keyed, ask()], requestId: "call" });
    expect(made.every(isMade)).toBe(true);
    expect(await operations.createTasks(agent, { tasks: [keyed, ask()], requestId: "call" })).toEqual(
      made.map((answer) => ({ ...answer, existed: true })),
    );
    const [again, twin, other] = await operations.createTasks(agent, {
      tasks: [keyed, keyed, ask({ idempotencyKey: "l" })],
      requestId: "",
    });
    expect(granted(again)).toMatchObject({ existed: true });
    expect(granted(twin)).toMatchObject({ existed: true });
    await refused(other, ErrorReason.LIMIT_EXCEEDED);
    // A refused creation does not use up its key: the same key creates its task when there is room.
    granted(await complete(scene, await claim(scene)));
    scene.clock.advance(aSecondMs);
    const [room, twinOfRoom] = await operations.createTasks(agent, {
      tasks: [ask({ idempotencyKey: "l" }), ask({ idempotencyKey: "l" })],
      requestId: "",
    });
    expect([granted(room).existed, granted(twinOfRoom).existed]).toEqual([false, true]);
  });

  test("a task counts against the limit of the principal that is obliged by it", async () => {
    const scene = await openScene({ limits: { principal_live_tasks_max: 1 } });
    const bob = { kind: PrincipalKind.AGENT, id: "bob" };
    await hand(scene, { obligated: bob });
    await hand(scene);
    for (const request of [ask({ obligated: bob }), ask()]) {
      const [more] = await scene.operations.createTasks(scene.agent, { tasks: [request], requestId: "" });
      await refused(more, ErrorReason.LIMIT_EXCEEDED);
    }
  });

  test("two servers together admit as many as one", async () => {
    const limits = { live_tasks_max: 7 };
    const one = await openTestEngine({ limits, oneServer: true });
    const same = { databaseUrl: one.database.databaseUrl, clock: one.clock, oneServer: true };
    const other = await openTestEngine({ limits, ...same });
    for (let round = 0; round < 10; round += 1) {
      const caller = (await one.makeTenant()).caller("agent", "alice");
      const calls = Array.from({ length: 20 }, (_, place) => createMany(place % 2 === 0 ? one : other, caller, 1));
      expect((await Promise.all(calls)).flat().filter(isMade)).toHaveLength(7);
    }
  });

  test("another tenant's tasks are its own", async () => {
    const scene = await openScene({ limits: { live_tasks_max: 1 } });
    await hand(scene);
    const other = (await scene.makeTenant()).caller("agent", "alice");
    expect((await createMany(scene, other, 1)).every(isMade)).toBe(true);
  });

  test("0 lets nothing in, and a tenant's own limit goes before the server's", async () => {
    const scene = await openScene({ limits: { live_tasks_max: 0 } });
    await refused((await createMany(scene, scene.agent, 1))[0], ErrorReason.LIMIT_EXCEEDED);
    const paying = { ...scene.agent, limits: { ...scene.engine.limits, live_tasks_max: 1 } };
    scene.clock.advance(aSecondMs);
    expect((await createMany(scene, paying, 2)).map(isMade)).toEqual([true, false]);
  });
});

describe("live leases", () => {
  test.each([
    ["live_leases_max", { live_leases_max: 3 }],
    ["principal_live_leases_max", { principal_live_leases_max: 3 }],
  ])("%s: a claim gets as many as there is room for, and is refused where there is none", async (limit, limits) => {
    const scene = await openScene({ limits });
    await createMany(scene, scene.agent, 6);
    expect(granted(await claimMany(scene, scene.worker, 2))).toHaveLength(2);
    const [last] = granted(await claimMany(scene, scene.worker, 5));
    const refusal = await refused(claimMany(scene, scene.worker, 1), ErrorReason.LIMIT_EXCEEDED);
    expect(refusal).toMatchObject({ retryAfterMs: aSecondMs });
    expect(factsOf(refusal)).toEqual({ limit, bound: 3n, value: 4n, field: "" });
    granted(await complete(scene, { token: last?.lease.token ?? "" }));
    scene.clock.advance(aSecondMs);
    expect(granted(await claimMany(scene, scene.worker, 5))).toHaveLength(1);
  });

  test("claims with a request id are held to the limit, and repeats are answered as before", async () => {
    const scene = await openScene({ limits: { live_leases_max: 1 } });
    await createMany(scene, scene.agent, 2);
    const first = granted(await claimMany(scene, scene.worker, 2, { requestId: "r1" }));
    expect(first).toHaveLength(1);
    await refused(claimMany(scene, scene.worker, 1, { requestId: "r2" }), ErrorReason.LIMIT_EXCEEDED);
    const again = granted(await claimMany(scene, scene.worker, 2, { requestId: "r1" }));
    expect(again.map(({ task }) => task.taskId)).toEqual(first.map(({ task }) => task.taskId));
  });

  test("a claim that would wait is refused, too", async () => {
    const scene = await openScene({ limits: { live_leases_max: 1 } });
    await createMany(scene, scene.agent, 2);
    await claim(scene);
    const request = create(ClaimTasksRequestSchema, { wait: { seconds: 50n } });
    const { signal } = new AbortController();
    await refused(scene.operations.claimTasksWaiting(scene.worker, request, signal), ErrorReason.LIMIT_EXCEEDED);
  });

  test("one worker's leases leave its neighbour's alone", async () => {
    const scene = await openScene({ limits: { principal_live_leases_max: 1 } });
    await createMany(scene, scene.agent, 3);
    await claim(scene);
    const neighbour = scene.tenant.caller("worker", "walter");
    const claims = [outcome(claimMany(scene, scene.worker, 1)), claimMany(scene, neighbour, 1)];
    const [mine, theirs] = await Promise.all(claims);
    await refused(mine, ErrorReason.LIMIT_EXCEEDED);
    expect(granted(theirs)).toHaveLength(1);
  });
});

describe("sessions", () => {
  const hello = { instance: "i", kind: plainKind, ttlWishMs: undefined, resumeToken: "", held: undefined };

  test.each([
    ["sessions_max", { sessions_max: 2 }],
    ["principal_sessions_max", { principal_sessions_max: 2 }],
  ])("%s: as many may be open; one that is taken up again is none more", async (limit, limits) => {
    const { operations, worker, clock } = await openScene({ limits });
    const first = await operations.openWorkSession(worker, hello);
    await operations.openWorkSession(worker, hello);
    const third = operations.openWorkSession(worker, hello);
    const thrown: unknown = await third.catch((error: unknown) => error);
    if (!(thrown instanceof Refused)) throw new Error("expected a refusal");
    await refused(thrown.refusal, ErrorReason.LIMIT_EXCEEDED);
    expect(factsOf(thrown.refusal)).toEqual({ limit, bound: 2n, value: 3n, field: "" });
    const again = await operations.openWorkSession(worker, { ...hello, resumeToken: first.resumeToken });
    expect(again.resumed).toBe(true);
    await operations.endWorkSession(worker, { session: again.session, why: "bye" });
    clock.advance(aSecondMs);
    expect((await operations.openWorkSession(worker, hello)).resumed).toBe(false);
  });

  test("a KeepLeases stream is one of them", async () => {
    const { operations, worker } = await openScene({ limits: { sessions_max: 1 } });
    await operations.openWorkSession(worker, hello);
    async function* beats() {
      yield create(KeepLeasesRequestSchema, { keep: { leaseTokens: [] } });
    }
    const first = operations.keepLeases(worker, beats())[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({ refusal: { reason: ErrorReason.LIMIT_EXCEEDED } });
  });
});

describe("parked waits", () => {
  type Way = (scene: Scene, taskId: string, signal: AbortSignal) => Promise<unknown>;
  const ways: Readonly<Record<string, Way>> = {
    AwaitTask: ({ operations, agent }, taskId, signal) =>
      operations.awaitTask(agent, { taskId, wait: durationOfMs(60_000) }, signal),
    ClaimTasks: ({ operations, agent }, _taskId, signal) =>
      operations.claimTasksWaiting(
        agent,
        create(ClaimTasksRequestSchema, { queues: ["nothing"], wait: { seconds: 50n } }),
        signal,
      ),
    WatchTask: ({ operations, agent }, taskId, signal) =>
      ended(operations.watchTask(agent, create(WatchTaskRequestSchema, { taskId }), signal)),
  };

  async function ended(answers: AsyncIterable<unknown>): Promise<void> {
    for await (const _answer of answers);
  }

  describe.each([["parked_waits_max"], ["principal_parked_waits_max"]] as const)("%s", (limit) => {
    test.each(Object.entries(ways))(
      "%s: as many may wait, one more is refused, and waits when one has gone",
      async (_name, way) => {
        const scene = await openScene({ limits: { [limit]: 2 } as Partial<Limits>, oneServer: true });
        const { taskId } = await hand(scene);
        const one = new AbortController();
        const all = new AbortController();
        const waits = [way(scene, taskId, one.signal), way(scene, taskId, all.signal)];
        const third: unknown = await way(scene, taskId, all.signal).catch((error: unknown) => error);
        if (!(third instanceof Refused)) throw new Error("expected a refusal");
        expect(factsOf(await refused(third.refusal, ErrorReason.LIMIT_EXCEEDED))).toMatchObject({
          limit,
          bound: 2n,
          value: 3n,
        });
        one.abort();
        await waits[0];
        waits.push(way(scene, taskId, all.signal));
        all.abort();
        await Promise.all(waits);
        expect(scene.engine.parkedWaits.size).toBe(0);
      },
    );
  });

  test("a call that does not wait is not counted", async () => {
    const scene = await openScene({ limits: { parked_waits_max: 0 } });
    const { taskId } = await hand(scene);
    const { signal } = new AbortController();
    granted(await scene.operations.awaitTask(scene.agent, { taskId, wait: durationOfMs(0) }, signal));
    granted(await scene.operations.claimTasksWaiting(scene.worker, create(ClaimTasksRequestSchema, {}), signal));
  });
});
