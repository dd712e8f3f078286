// One script through every door: the same states, the same receipts, the same reasons.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AtEnd, type DevServer, makeDataDir, startDevServer } from "../e2e/dev-server.ts";
import { doorNames, openTestServer } from "./doors.ts";
import { differences, runScript, surprises, type Transcript } from "./run-script.ts";
import { type Step, script } from "./script.ts";
import { makeTenant } from "./tenant.ts";

const timeoutMs = 300_000;
const stops: (() => Promise<void>)[] = [];
const atEnd: AtEnd = (stop) => void stops.push(stop);
let dataDir: string;
let server: DevServer;
let byGrpc: Transcript;

async function runThrough(name: (typeof doorNames)[number], tenant: string, steps: readonly Step[] = script) {
  const door = openTestServer(name, await makeTenant(server, dataDir, tenant));
  return await runScript(door, steps).finally(() => door.close());
}

beforeAll(async () => {
  dataDir = await makeDataDir(atEnd);
  server = await startDevServer(dataDir, [], atEnd);
  byGrpc = await runThrough("grpc", "grpc");
}, timeoutMs);

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

test("the script goes as it says", () => {
  expect(script.length).toBeGreaterThan(30);
  expect(surprises(byGrpc, script)).toEqual([]);
});

test.each(doorNames.filter((name) => name !== "grpc"))(
  "law 14: by %s the script gives the same states, receipts and reasons as by gRPC",
  async (name) => {
    expect(differences(byGrpc, await runThrough(name, name))).toEqual([]);
  },
  timeoutMs,
);

test(
  "a control: a step that is altered in one door is found",
  async () => {
    const altered = script.map((step) =>
      step.name === "second" ? { ...step, request: { ...Object(step.request), priority: 9 } } : step,
    );
    const found = differences(byGrpc, await runThrough("rest", "altered", altered));
    expect(found.map((one) => one.split(":")[0])).toEqual(["second", "canceled"]);
  },
  timeoutMs,
);
