// Output over the wire: bytes through JSON, REST and frames of a worker's stream, and a follower that does not read.
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { OutputService } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService, WorkRequestSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { openEngineServer } from "../engine-server.ts";

/** All values of a byte, which no text has. */
const binary = new Uint8Array(
  Buffer.from([0, 255, 128, 10, 13, 34, 92, ...Array.from({ length: 256 }, (_, at) => at)]),
);

async function open() {
  const opened = await openEngineServer();
  const tenantId = await opened.makeTenant("acme");
  const key = await opened.makeKey(tenantId, Role.OPERATOR);
  const headers = { authorization: `Bearer ${key}` };
  const transport = createConnectTransport({ baseUrl: opened.url, httpVersion: "2", useBinaryFormat: false });
  const client = <Service extends Parameters<typeof createClient>[0]>(service: Service) =>
    createClient(service, transport);
  const { task } = await client(TaskService).createTask({ type: "t" }, { headers });
  return { ...opened, key, headers, client, taskId: task?.taskId ?? "" };
}

test("bytes pass through JSON and REST as base64, and come back as they were", async () => {
  const { client, headers, taskId, url } = await open();
  const { tasks } = await client(LeaseService).claimTasks({}, { headers });
  const leaseToken = tasks[0]?.lease?.token ?? "";
  const post = async (method: string, body: object) => {
    const init = {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const response = await fetch(`${url}/v1/tasks/${taskId}:${method}`, init);
    return [response.status, (await response.json()) as Record<string, unknown>] as const;
  };
  const data = Buffer.from(binary).toString("base64");
  const appended = await post("appendOutput", { lease_token: leaseToken, stream: "stdout", offset: "0", data });
  expect(appended).toMatchObject([200, { next_offset: String(binary.length) }]);
  const half = { lease_token: leaseToken, stream: "stdout", offset: "5", data };
  const [status, { error }] = await post("appendOutput", half);
  expect([status, error]).toMatchObject([
    400,
    { reason: "ERROR_REASON_OFFSET_MISMATCH", output: { next_offset: String(binary.length), closed: false } },
  ]);
  const get = async (path: string) =>
    (await (await fetch(`${url}/v1/tasks/${taskId}/${path}`, { headers })).json()) as never;
  const { part } = (await get("output?from_offset=0&wait=0s")) as { part: { data: string; next_offset: string } };
  expect(part).toMatchObject({ data, next_offset: String(binary.length), up_to_date: true, closed: false });
  expect(await get("outputs")).toMatchObject({ outputs: [{ stream: "stdout", next_offset: String(binary.length) }] });
  for await (const answer of client(OutputService).readOutput({ taskId }, { headers })) {
    expect(Buffer.compare(answer.part?.data ?? new Uint8Array(), binary)).toBe(0);
  }
  expect(
    await post("closeOutput", { lease_token: leaseToken, stream: "stdout", length: String(binary.length) }),
  ).toMatchObject([200, { verified: false }]);
});

test("the outputs of a frame are applied before its completions, and each is answered", async () => {
  const { client, headers, taskId } = await open();
  const frames: ReturnType<typeof create<typeof WorkRequestSchema>>[] = [];
  let wake = () => {};
  const send = (frame: Parameters<typeof create<typeof WorkRequestSchema>>[1]) => {
    frames.push(create(WorkRequestSchema, frame));
    wake();
  };
  const requests = (async function* () {
    for (;;) {
      for (let frame = frames.shift(); frame; frame = frames.shift()) yield frame;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  })();
  send({ hello: { workerName: "w" }, credit: { tasks: 1 } });
  const cases: unknown[] = [];
  const gone = new AbortController();
  const answers = client(WorkerService).work(requests, { headers, signal: gone.signal });
  for await (const { offers, settled } of answers) {
    for (const { leased } of offers) {
      const leaseToken = leased?.lease?.token ?? "";
      const piece = (offset: bigint, text: string, requestId: string) => ({
        leaseToken,
        stream: "stdout",
        offset,
        data: new Uint8Array(Buffer.from(text)),
        requestId,
      });
      const completes = [{ leaseToken, requestId: "c", result: { content: { case: "json" as const, value: "1" } } }];
      send({ completes, outputs: [piece(0n, "one", "a"), piece(3n, "two", "b"), piece(9n, "lost", "x")] });
    }
    cases.push(...settled.map(({ requestId, result }) => [requestId, result.case]));
    if (cases.length === 4) break;
  }
  gone.abort();
  expect(cases).toEqual([
    ["a", "appended"],
    ["b", "appended"],
    ["x", "error"],
    ["c", "completed"],
  ]);
  let text = "";
  for await (const { part } of client(OutputService).readOutput({ taskId, follow: true }, { headers })) {
    text += Buffer.from(part?.data ?? []).toString();
  }
  expect(text).toBe("onetwo");
});

test("a stream that the server ends at its shutdown is an error, so that a follower goes on elsewhere", async () => {
  const { client, headers, taskId, endpoint } = await open();
  const parts = client(OutputService).readOutput({ taskId, follow: true }, { headers })[Symbol.asyncIterator]();
  expect((await parts.next()).value?.part?.upToDate).toBe(true);
  const ended = parts.next();
  void endpoint.server.close({ graceMs: 5_000 });
  await expect(ended).rejects.toThrow(/shuts down/);
});
