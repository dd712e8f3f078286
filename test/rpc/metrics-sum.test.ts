// What several processes have counted, as one server's metrics.
import { expect, test } from "vitest";
import { createMetrics, type Metrics } from "../../src/rpc/metrics.ts";
import { createMetricsSum, createProcessMetrics } from "../../src/rpc/metrics-sum.ts";

/** As it comes over the channel between processes, where numbers that are not finite become null. */
async function snapshotOf({ registry }: Metrics) {
  return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as Awaited<
    ReturnType<typeof registry.getMetricsAsJSON>
  >;
}

function endCalls(metrics: Metrics, count: number, seconds: number): void {
  for (let ended = 0; ended < count; ended += 1) {
    metrics.rpcEnded({ method: "m", protocol: "grpc", code: "ok", reason: "", seconds });
  }
}

function linesOf(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(name));
}

const calls = 'asyncgate_rpc_total{method="m",protocol="grpc",code="ok",reason=""}';
const bucket = (le: string) => `asyncgate_rpc_duration_seconds_bucket{le="${le}",method="m",code="ok"}`;

test("counters, histograms and gauges are added up; hints are as good as those of the worst process", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  endCalls(one, 2, 0.002);
  endCalls(other, 3, 0.02);
  for (const metrics of [one, other]) metrics.connectionsChanged(1);
  one.hintsListening(true, 3);
  other.hintsListening(false, 1);
  const sum = createMetricsSum();
  sum.note(1, await snapshotOf(one));
  sum.note(2, await snapshotOf(other));
  const text = await sum.render([]);
  expect(linesOf(text, calls)).toEqual([`${calls} 5`]);
  expect(linesOf(text, bucket("0.0025"))).toEqual([`${bucket("0.0025")} 2`]);
  expect(linesOf(text, bucket("+Inf"))).toEqual([`${bucket("+Inf")} 5`]);
  expect(linesOf(text, "asyncgate_connections ")).toEqual(["asyncgate_connections 2"]);
  expect(linesOf(text, "asyncgate_hints_listening ")).toEqual(["asyncgate_hints_listening 0"]);
  expect(linesOf(text, "asyncgate_hints_other_servers ")).toEqual(["asyncgate_hints_other_servers 3"]);
  expect(text).not.toMatch(/null|NaN/);
});

test("what ended processes have counted stays, what they had open does not", async () => {
  const sum = createMetricsSum();
  for (let process = 0; process < 3; process += 1) {
    const metrics = createMetrics();
    endCalls(metrics, 2, 0.002);
    metrics.connectionsChanged(1);
    sum.note(1, await snapshotOf(metrics));
    expect(linesOf(await sum.render([]), calls)).toEqual([`${calls} ${2 * (process + 1)}`]);
    sum.ended(1);
  }
  const text = await sum.render([]);
  expect(linesOf(text, calls)).toEqual([`${calls} 6`]);
  expect(linesOf(text, bucket("+Inf"))).toEqual([`${bucket("+Inf")} 6`]);
  expect(linesOf(text, "asyncgate_connections ")).toEqual([]);
});

test("the primary process tells how many processes serve, and how many were replaced", async () => {
  const own = createProcessMetrics(() => 2);
  own.processEnded();
  const text = await createMetricsSum().render(await own.read());
  expect(linesOf(text, "asyncgate_")).toEqual(["asyncgate_processes 2", "asyncgate_process_ends_total 1"]);
});
