// Schedules under faults, in short: schedulers that die before or behind any of their calls or stall in it, connections
// of Postgres that are cut, and hours without a scheduler, at places drawn from a seed. `make test-faults-schedules`
// does the same to processes.
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import type { Client } from "../../clients/typescript/src/client.ts";
import { ScheduleMisfire, ScheduleOverlap } from "../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { hasEnded } from "../../src/core/transitions.ts";
import { checkRules } from "../../src/rpc/rules/check-rules.ts";
import { scheduleType } from "../../src/scheduler/rules/names.ts";
import { takeOnce } from "../../src/scheduler/worker/run-scheduler.ts";
import { query } from "../helpers/database.ts";
import { createRandom, seed, times } from "../helpers/random.ts";
import { openScheduling, type Scheduling, tasksOf } from "../helpers/scheduler.ts";
import { faultsOfSchedule } from "./schedule-checks.ts";

const overlaps = [
  ScheduleOverlap.SKIP,
  ScheduleOverlap.BUFFER_ONE,
  ScheduleOverlap.BUFFER_ALL,
  ScheduleOverlap.ALLOW_ALL,
];
const misfires = [ScheduleMisfire.SKIP, ScheduleMisfire.CATCH_UP_ONE, ScheduleMisfire.CATCH_UP_ALL];
const stepsMax = 25;

type Random = () => number;

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/**
 * A scheduler that dies at one of its calls: before it, behind it, or after it has stalled until others had its task.
 */
function mortal(client: Client, random: Random, stalled: Promise<void>[], release: Promise<void>): Client {
  let callsLeft = Math.floor(random() * 6);
  const how = pick(random, ["before", "behind", "stalls"] as const);
  const through = (calls: object): object =>
    new Proxy(calls, {
      get(target, name) {
        const call = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          callsLeft -= 1;
          if (callsLeft > 0) return await call(...given);
          if (callsLeft < 0 || how === "before") throw new Error("killed");
          if (how === "stalls") {
            const late = release.then(() => call(...given));
            stalled.push(
              late.then(
                () => undefined,
                () => undefined,
              ),
            );
            throw new Error("stalled");
          }
          await call(...given);
          throw new Error("killed");
        };
      },
    });
  const { leases, tasks, receipts } = client.stubs;
  const stubs = { ...client.stubs, leases: through(leases), tasks: through(tasks), receipts: through(receipts) };
  return { ...client, stubs } as Client;
}

async function cutConnections({ database }: Scheduling): Promise<void> {
  const sessions = "pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
  const text = `select pg_terminate_backend(pid) from ${sessions}`;
  await query(database.databaseUrl, text).catch(() => undefined);
}

async function runOnce(opened: Scheduling, number: number, random: Random): Promise<string[]> {
  const { clock, clientFor, tenant, sweep, during, settle, schedulerCaller } = opened;
  const alice = clientFor(() => tenant.caller("agent", "alice"));
  const { schedules } = alice.stubs;
  const scheduleId = `run-${number}`;
  const type = `work-${number}`;
  const everyMs = (1 + Math.floor(random() * 20)) * 1_000;
  const policies = { overlap: pick(random, overlaps), misfire: pick(random, misfires), keepLastRuns: 100 };
  const spec = { interval: [{ every: durationFromMs(everyMs) }] };
  await during(schedules.createSchedule({ scheduleId, spec, action: { type }, policies }));
  const caller = await schedulerCaller();
  const worker = tenant.caller("worker", "w");
  const [stalled, released] = [[] as Promise<void>[], Promise.withResolvers<void>()];
  let triggers = 0;
  const steps = 5 + Math.floor(random() * (stepsMax - 5));
  for (let step = 0; step < steps; step += 1) {
    clock.advance(Math.ceil(random() * (random() < 0.1 ? 40 : 1.5) * everyMs));
    await sweep().catch(() => undefined);
    const one = clientFor(() => caller);
    const dying = random() < 0.5 ? mortal(one, random, stalled, released.promise) : one;
    const both = random() < 0.3 ? [dying, clientFor(() => caller)] : [dying];
    const cut = random() < 0.15 ? cutConnections(opened) : undefined;
    await Promise.all(both.map((client) => takeOnce({ client, checkRules, instance: "x" }).catch(() => 0)));
    await cut;
    if (random() < 0.15 && policies.overlap === ScheduleOverlap.ALLOW_ALL) {
      await retried(() => during(schedules.triggerSchedule({ scheduleId, requestId: `t${triggers}` })));
      triggers += 1;
    }
    for (const { lease } of await claim(opened, worker, type)) {
      if (random() < 0.8) await finish(opened, worker, lease?.token ?? "", random() < 0.8);
    }
  }
  released.resolve();
  await Promise.all(stalled);
  // Whatever was leased to the dead comes back, and the backlog is worked off.
  for (let rest = 0; rest < 4; rest += 1) {
    clock.advance(45_000);
    await retried(() => settle());
  }
  await retried(() => settle());
  const view = (await retried(() => schedules.getSchedule({ scheduleId }))).schedule;
  if (!view) throw new Error("the schedule is gone");
  const tasks = await tasksOf(opened, type);
  const generations = (await tasksOf(opened, scheduleType)).filter(({ name }) => name === `schedule/${scheduleId}`);
  const faults = faultsOfSchedule({ schedule: view, tasks, generations, triggers, skips: 0 });
  await retried(() => schedules.deleteSchedule({ scheduleId }));
  for (const { taskId } of tasks.filter(({ state }) => !hasEnded(state))) await alice.cancelTask(taskId);
  return faults.map(({ check, text }) => `${check}: ${text}`);
}

/** A call of the test's own may meet a connection that was cut. */
async function retried<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let left = 5; ; left -= 1) {
    try {
      return await call();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

async function claim(
  { operations }: Scheduling,
  worker: Parameters<Scheduling["operations"]["claimTasks"]>[0],
  type: string,
) {
  const request = { ...claimRequest, acceptTypes: [type], leaseTtl: durationFromMs(600_000) };
  return await retried(() => operations.claimTasks(worker, request));
}

const claimRequest = {
  $typeName: "asyncgate.v1.ClaimTasksRequest" as const,
  queues: [],
  capabilities: [],
  maxTasks: 100,
  instance: "",
  requestId: "",
  omitHolder: false,
  agentSessionId: "",
  taskIds: [],
};

async function finish(
  { clientFor }: Scheduling,
  worker: Parameters<Scheduling["operations"]["claimTasks"]>[0],
  leaseToken: string,
  isGood: boolean,
) {
  const { leases } = clientFor(() => worker).stubs;
  const result = { content: { case: "json" as const, value: "1" } };
  const error = { type: "bad", retryable: false };
  const end = async () =>
    void (isGood ? await leases.completeTask({ leaseToken, result }) : await leases.failTask({ leaseToken, error }));
  await retried(end).catch(() => undefined);
}

test("each due run is fired once, or skipped and counted, whatever dies", { timeout: times(600_000) }, async () => {
  const opened = await openScheduling();
  const found: string[] = [];
  for (let number = 0; number < times(10); number += 1) {
    const random = createRandom(seed * 1_000 + number);
    found.push(...(await runOnce(opened, number, random)).map((fault) => `seed ${seed}, run ${number}: ${fault}`));
  }
  expect(found).toEqual([]);
});
