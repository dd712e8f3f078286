// `asyncgate bench` as users run it: it measures, completes its own tasks, and leaves other tasks alone.
import { expect, test } from "vitest";
import { makeDataDir, readKey, run, startDevServer } from "./dev-server.ts";

const patienceMs = 120_000;

type Listed = { readonly tasks?: readonly { readonly type: string; readonly state: string }[] };

test("bench prints figures, takes no task of others and leaves none of its own", { timeout: patienceMs }, async () => {
  const dataDir = await makeDataDir();
  const { url } = await startDevServer(dataDir);
  const tasker = await readKey(dataDir, "tasker");
  const worker = await readKey(dataDir, "worker");
  const asyncgate = (...args: string[]) =>
    run(process.execPath, ["src/main.ts", ...args], { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: tasker });
  await asyncgate("create-task", JSON.stringify({ type: "foreign", queue: "asyncgate-bench" }));

  const keys = ["--key", tasker, "--worker-key", worker];
  const printed = await asyncgate("bench", "--endpoint", url, ...keys, "--tasks", "40", "--json");

  const { figures } = JSON.parse(printed) as { figures: readonly { name: string; value: number }[] };
  expect(figures.map(({ name }) => name)).toEqual([
    "pipeline_batched",
    "pipeline_unbatched",
    "create_unary",
    "start_latency_p50",
    "start_latency_p99",
  ]);
  for (const { value } of figures) expect(value).toBeGreaterThan(0);
  const waiting = JSON.parse(await asyncgate("list-tasks", '{"states": ["TASK_STATE_QUEUED"]}')) as Listed;
  expect(waiting.tasks?.map(({ type }) => type)).toEqual(["foreign"]);
  const held = JSON.parse(await asyncgate("list-tasks", '{"states": ["TASK_STATE_LEASED"]}')) as Listed;
  expect(held.tasks ?? []).toEqual([]);
});
