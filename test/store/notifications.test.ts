// Notifications: servers on one database hear each other, send only while another server listens, and reconnect when
// Postgres cuts them off.

import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { ClaimTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { WatchTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationOfMs } from "../../src/core/duration.ts";
import { whenTransactionsEnded } from "../helpers/count-statements.ts";
import { createTestDatabase, query } from "../helpers/database.ts";
import { haveMet, hintsName, openTellingTwo, startTelling } from "../helpers/hints.ts";
import { patience } from "../helpers/patience.ts";
import { complete, createTask, granted, held, ms } from "../helpers/scenario.ts";

const longMs = 50_000;
const never = new AbortController().signal;
test("a task created on one server wakes a claim that waits on the other, by a hint and without polling", async () => {
  const [one, other] = await openTellingTwo();
  const request = create(ClaimTasksRequestSchema, { wait: ms(longMs) });
  const waiting = other.operations.claimTasksWaiting(one.worker, request, never);
  await whenTransactionsEnded(other.database, other.counted, 1);
  const { taskId } = await createTask(one);
  expect(granted(await waiting)).toMatchObject([{ task: { taskId } }]);
  expect(other.noted.received.length).toBeGreaterThan(0);
});

test("an end on one server wakes calls that await or watch the task on the other, by a hint", async () => {
  const [one, other] = await openTellingTwo();
  const leased = await held(one);
  const { taskId } = leased.task;
  const awaiting = other.operations.awaitTask(one.agent, { taskId, wait: durationOfMs(longMs) }, never);
  const watching = other.operations.watchTask(one.agent, create(WatchTaskRequestSchema, { taskId }), never);
  const messages = watching[Symbol.asyncIterator]();
  await messages.next();
  const ending = messages.next();
  await whenTransactionsEnded(other.database, other.counted, 3);
  granted(await complete(one, leased));
  expect(granted(await awaiting).state).toBe(TaskState.SUCCEEDED);
  expect((await ending).value?.task?.state).toBe(TaskState.SUCCEEDED);
});

test("a server that hears no other sends nothing; a new server hears what follows", async () => {
  const databaseUrl = await createTestDatabase();
  const first = startTelling(databaseUrl);
  await vi.waitFor(() => expect(first.notifications.isListening()).toBe(true), patience);
  for (let topic = 0; topic < 100; topic += 1) first.notifications.tell(`topic ${topic}`);
  const heard: string[] = [];
  const second = startTelling(databaseUrl, {
    keyOf: (topic) => topic.padEnd(11),
    onHints: (keys) => heard.push(...keys),
  });
  await haveMet(first, second);
  first.notifications.tell("after");
  await vi.waitFor(() => expect(heard).toHaveLength(1), patience);
  expect(first.noted.sent).toEqual([1]);
  await second.notifications.stop();
  await vi.waitFor(() => expect(first.notifications.servers()).toBe(0), patience);
});

test("topics are sent in batches, each once, and a server ignores its own", async () => {
  const [one, other] = await openTellingTwo();
  for (let time = 0; time < 50; time += 1) for (const topic of ["a", "b", "c"]) one.notifications.tell(topic);
  await vi.waitFor(() => expect(other.noted.received).toEqual([3]), patience);
  expect(one.noted).toMatchObject({ sent: [3], received: [], everything: 0 });
});

test("more topics than fit a message become one message that says: check everything", async () => {
  const [one, other] = await openTellingTwo();
  for (let topic = 0; topic < 5_000; topic += 1) one.notifications.tell(`topic ${topic}`);
  await vi.waitFor(() => expect(other.noted.everything).toBe(1), patience);
  expect(one.noted.sent).toEqual([0]);
  // A full message is within the limit of Postgres.
  for (let topic = 0; topic < 718; topic += 1) one.notifications.tell(`topic ${topic}`);
  await vi.waitFor(() => expect(other.noted.received).toEqual([0, 718]), patience);
});

test("a cut connection is opened again and logged once, and missed changes are looked for", async () => {
  const [one, other] = await openTellingTwo({ retryMinMs: 10, retryMaxMs: 10 });
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = '${hintsName}'`;
  await query(one.database.databaseUrl, cut);
  await vi.waitFor(() => expect(one.noted.logged).toEqual(["hints_lost", "hints_back"]), patience);
  await vi.waitFor(() => expect(other.noted.logged).toEqual(["hints_lost", "hints_back"]), patience);
  expect([one.noted.everything, other.noted.everything]).toEqual([1, 1]);
  await haveMet(one, other);
  const waiting = other.operations.claimTasksWaiting(
    one.worker,
    create(ClaimTasksRequestSchema, { wait: ms(longMs) }),
    never,
  );
  await whenTransactionsEnded(other.database, other.counted, 1);
  await createTask(one);
  expect(granted(await waiting)).toHaveLength(1);
});

test("a server that cannot connect starts without hints, logs that once, and stops", async () => {
  const times = { retryMinMs: 1, retryMaxMs: 1, timeoutMs: 1_000 };
  let tries = 0;
  const random = () => {
    tries += 1;
    return 0;
  };
  const { notifications, noted } = startTelling("postgres://ada@127.0.0.1:1/nothing", { times, random });
  expect(notifications.isListening()).toBe(false);
  notifications.tell("topic");
  await vi.waitFor(() => expect(tries).toBeGreaterThan(2), patience);
  expect(noted.logged).toEqual(["hints_lost"]);
  await notifications.stop();
  expect(noted.sent).toEqual([]);
});

test("no transaction that does work notifies: hints are sent on their own connection", async () => {
  const [one, other] = await openTellingTwo();
  await createTask(one);
  await vi.waitFor(() => expect(other.noted.received.length).toBeGreaterThan(0), patience);
  const last = await query<{ name: string; notified: boolean }>(
    one.database.databaseUrl,
    `select application_name as name, bool_or(query like '%pg_notify%') as notified from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() group by 1 order by 1`,
  );
  expect(last).toEqual([
    { name: "asyncgate-test", notified: false },
    { name: hintsName, notified: true },
  ]);
});

test("a control: a transaction that does work and notifies is found", async () => {
  const [one, other] = await openTellingTwo();
  const client = await one.database.acquire();
  await client.query("begin");
  await client.query("select pg_notify('asyncgate_hints', '1 other everything ')");
  const working = await query<{ name: string }>(
    one.database.databaseUrl,
    `select application_name as name from pg_stat_activity
      where datname = current_database() and xact_start is not null and query like '%pg_notify(''%'
        and pid <> pg_backend_pid()`,
  );
  expect(working).toEqual([{ name: "asyncgate-test" }]);
  expect(other.noted.everything).toBe(0);
  await client.query("commit");
  client.release();
  await vi.waitFor(() => expect(other.noted.everything).toBe(1), patience);
});
