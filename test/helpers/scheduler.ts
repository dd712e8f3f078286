// Schedules under test: an engine whose clock the test moves, clients of its callers, and a scheduler that works when
// the test says so. All of them call the contract within the process, as the server's own scheduler does.
import { create } from "@bufbuild/protobuf";
import { onTestFinished } from "vitest";
import { type Client, clientOf } from "../../clients/typescript/src/client.ts";
import { type AsyncGateError, asyncGateErrorOf } from "../../clients/typescript/src/errors.ts";
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../src/engine/index.ts";
import { createLog } from "../../src/log.ts";
import { createMetrics } from "../../src/rpc/metrics.ts";
import { checkRules } from "../../src/rpc/rules/check-rules.ts";
import { createRules } from "../../src/rpc/rules/rules.ts";
import { createLocalScheduler, type LocalSchedulerOptions } from "../../src/rpc/services/local-scheduler.ts";
import { type SchedulerEvent, takeOnce } from "../../src/scheduler/worker/run-scheduler.ts";
import { createClock, openTestEngine, type TestEngineOptions } from "./engine.ts";

/** A full minute, so that run times are easy to tell. */
export const noon = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000);

const silent = createLog({ level: "error", now: () => new Date(0), write: () => {} });

export async function openScheduling(options: TestEngineOptions = {}) {
  const clock = options.clock ?? createClock(noon);
  const opened = await openTestEngine({ clock, ...options });
  const draining = new AbortController();
  onTestFinished(() => draining.abort());
  const context: LocalSchedulerOptions["context"] = {
    draining: draining.signal,
    rules: createRules(),
    drainWithinMs: () => 0,
    log: silent,
    metrics: createMetrics(),
  };
  let calls = 0;
  const { operations } = opened;
  const clientFor = (callerNow: () => Caller, changeWaitMs?: number): Client => {
    const newId = () => {
      calls += 1;
      return `call-${calls}`;
    };
    const common = { operations, context, messageBytesMax: 1_048_576, newId, callerNow };
    const transport = createLocalScheduler({ ...common, ...(changeWaitMs !== undefined && { changeWaitMs }) });
    return clientOf({ transport, close: () => {} }, { retry: { attemptsMax: 1 } });
  };
  const schedulerCaller = async (tenantId = opened.tenant.tenantId) => {
    const found = (await operations.schedulerCallers()).find((one) => one.tenantId === tenantId);
    if (!found) throw new Error("the tenant has no schedules yet");
    return found;
  };
  const events: SchedulerEvent[] = [];
  const onEvent = (event: SchedulerEvent) => void events.push(event);

  /** The tenants' scheduler, until it finds nothing more to do at this time. */
  async function settle(client?: Client): Promise<void> {
    for (let taken = 1; taken > 0; ) {
      await opened.sweep();
      const callers = client ? [] : await operations.schedulerCallers();
      const clients = client ? [client] : callers.map((caller) => clientFor(() => caller));
      const counts = await Promise.all(
        clients.map((one) => takeOnce({ client: one, checkRules, instance: "test", onEvent })),
      );
      taken = counts.reduce((sum, count) => sum + count, 0);
    }
  }

  /** What a call answers that waits for the scheduler. */
  async function during<Answer>(call: Promise<Answer>): Promise<Answer> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    call.then(over, over);
    while (!isOver) {
      await settle();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return await call;
  }

  /** Lets time pass, with the scheduler at work at each step. */
  async function pass(seconds: number, stepSeconds = seconds): Promise<void> {
    for (let left = seconds; left > 0; left -= stepSeconds) {
      clock.advance(Math.min(stepSeconds, left) * 1_000);
      await settle();
    }
  }

  return { ...opened, clock, clientFor, schedulerCaller, settle, during, pass, events };
}

export type Scheduling = Awaited<ReturnType<typeof openScheduling>>;

/** The tasks of a type, oldest first. */
export async function tasksOf({ operations, tenant }: Scheduling, type: string): Promise<Task[]> {
  const all: Task[] = [];
  for (let pageToken = ""; ; ) {
    const request = create(ListTasksRequestSchema, { type, pageSize: 200, pageToken });
    const { tasks, nextPageToken } = await operations.listTasks(tenant.caller("human", "operator"), request);
    all.push(...tasks);
    if (nextPageToken === "") return all.reverse();
    pageToken = nextPageToken;
  }
}

export async function refusalOf(call: Promise<unknown>): Promise<AsyncGateError> {
  try {
    await call;
  } catch (thrown) {
    return asyncGateErrorOf(thrown);
  }
  throw new Error("the call was not refused");
}
