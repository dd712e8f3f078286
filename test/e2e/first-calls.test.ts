// The first calls of a new user with programs that are not ours, on one port; and what is left after everything was
// killed.
import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { expect, test } from "vitest";
import { ServerReflection } from "../../gen/typescript/grpc/reflection/v1/reflection_pb.ts";
import { type DevServer, makeDataDir, readKey, run, startDevServer, stop } from "./dev-server.ts";

const python = ".tools/python/bin/python";
const e2eTimeoutMs = 120_000;

test("grpc-js by reflection, curl with JSON and Python's grpcio each create and read a task on one port", {
  timeout: e2eTimeoutMs,
}, async ({ annotate }) => {
  const dataDir = await makeDataDir();
  const server = await startDevServer(dataDir);
  const key = await readKey(dataDir, "tasker");
  expect(await byGrpcJs(server, key)).toEqual({ type: "from.grpc-js", state: "TASK_STATE_QUEUED" });
  expect(await byCurl(server, key)).toMatchObject({ type: "from.curl", state: "TASK_STATE_QUEUED" });
  if (existsSync(python)) expect(await byPython(server, key)).toBe("from.python 1\n");
  else await annotate("Python skipped: .ci/install-tools python installs grpcio");
});

/** A client made from descriptors keeps the field names of the contract. */
type GrpcJsTask = { task_id: string; type: string; state: string };

type Rpc = (
  request: object,
  metadata: grpc.Metadata,
  done: (error: unknown, answer: { task: GrpcJsTask }) => void,
) => void;

async function byGrpcJs({ url, address }: DevServer, key: string): Promise<{ type: string; state: string }> {
  const reflection = createClient(ServerReflection, createGrpcTransport({ baseUrl: url }));
  const ask = async function* () {
    yield { messageRequest: { case: "fileContainingSymbol" as const, value: "asyncgate.v1.TaskService" } };
  };
  const files: Uint8Array[] = [];
  for await (const { messageResponse } of reflection.serverReflectionInfo(ask())) {
    if (messageResponse.case === "fileDescriptorResponse") files.push(...messageResponse.value.fileDescriptorProto);
  }
  const set = create(FileDescriptorSetSchema, {
    file: files.map((file) => fromBinary(FileDescriptorProtoSchema, file)),
  });
  const loaded = grpc.loadPackageDefinition(
    loadFileDescriptorSetFromBuffer(Buffer.from(toBinary(FileDescriptorSetSchema, set)), { enums: String }),
  ) as unknown as { asyncgate: { v1: { TaskService: grpc.ServiceClientConstructor } } };
  const tasks = new loaded.asyncgate.v1.TaskService(address, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${key}`);
  const call = (method: string, request: object) =>
    new Promise<GrpcJsTask>((resolve, reject) => {
      const rpc = (tasks[method] as Rpc).bind(tasks);
      rpc(request, metadata, (error, answer) => (error ? reject(error) : resolve(answer.task)));
    });
  try {
    const { task_id } = await call("createTask", { type: "from.grpc-js" });
    const { type, state } = await call("getTask", { task_id });
    return { type, state };
  } finally {
    tasks.close();
  }
}

async function byCurl({ url }: DevServer, key: string): Promise<unknown> {
  const call = async (method: string, request: object) => {
    const headers = ["-H", `Authorization: Bearer ${key}`, "-H", "Content-Type: application/json"];
    const target = `${url}/asyncgate.v1.TaskService/${method}`;
    const flags = ["--silent", "--show-error", "--fail-with-body", "--http1.1"];
    return JSON.parse(await run("curl", [...flags, ...headers, "--data", JSON.stringify(request), target])) as {
      task: { taskId: string };
    };
  };
  const { task } = await call("CreateTask", { type: "from.curl", payload: { json: "{}" } });
  return (await call("GetTask", { taskId: task.taskId })).task;
}

const pythonProgram = `
import sys
import grpc
from asyncgate.v1 import task_service_pb2 as pb, task_service_pb2_grpc as rpc
address, key = sys.argv[1:]
credential = [("authorization", f"Bearer {key}")]
with grpc.insecure_channel(address) as channel:
    tasks = rpc.TaskServiceStub(channel)
    created = tasks.CreateTask(pb.CreateTaskRequest(type="from.python"), metadata=credential)
    read = tasks.GetTask(pb.GetTaskRequest(task_id=created.task.task_id), metadata=credential)
    print(read.task.type, read.task.state)
`;

function byPython({ address }: DevServer, key: string): Promise<string> {
  return run(python, ["-c", pythonProgram, address, key], { PYTHONPATH: "gen/python", PYTHONDONTWRITEBYTECODE: "1" });
}

test("law 15: what was acknowledged survives kill -9 of the server and of its Postgres", {
  timeout: e2eTimeoutMs,
}, async () => {
  const dataDir = await makeDataDir();
  const first = await startDevServer(dataDir);
  const key = await readKey(dataDir, "tasker");
  const environment = (server: DevServer) => ({ ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: key });
  const request = JSON.stringify({ type: "outlives", payload: { json: { n: 1 } } });
  const created = JSON.parse(await run("bin/asyncgate", ["create-task", request], environment(first))) as {
    task: { task_id: string };
  };
  const [pidFile = ""] = globSync(`${dataDir}/**/postmaster.pid`);
  const postmaster = Number((await readFile(pidFile, "utf8")).split("\n")[0]);
  process.kill(postmaster, "SIGKILL");
  await stop(first.process, "SIGKILL");

  const second = await startDevServer(dataDir);
  const query = JSON.stringify({ task_id: created.task.task_id });
  const read = JSON.parse(await run("bin/asyncgate", ["get-task", query], environment(second))) as object;
  expect(read).toMatchObject({ task: { type: "outlives", payload: { json: { n: 1 } }, state: "TASK_STATE_QUEUED" } });
  expect(second.said()).not.toContain("shown this once");
});

test("a second server on the same data directory is refused with the process id of the first", {
  timeout: e2eTimeoutMs,
}, async () => {
  const dataDir = await makeDataDir();
  const first = await startDevServer(dataDir);
  await expect(startDevServer(dataDir)).rejects.toThrow(String(first.process.pid));
});
