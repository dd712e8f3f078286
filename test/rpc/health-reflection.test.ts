// The standard protocols that tools speak: health and reflection, proven with grpc-js and nothing generated.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { afterEach, expect, test } from "vitest";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/typescript/grpc/health/v1/health_pb.ts";
import {
  ExtensionRequestSchema,
  ServerReflection,
  type ServerReflectionRequest,
} from "../../gen/typescript/grpc/reflection/v1/reflection_pb.ts";
import { authorization, openTestServer, type ServerWishes, type TestServer } from "./test-server.ts";

const endpoints: TestServer[] = [];
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.server.close({ graceMs: 0 });
});

async function open(wishes: ServerWishes = {}): Promise<TestServer> {
  const endpoint = await openTestServer({
    services(router) {
      router.service(TaskService, { getTask: ({ taskId }) => ({ task: { taskId, type: "made.by.hand" } }) });
      router.service(SystemService, {});
    },
    ...wishes,
  });
  endpoints.push(endpoint);
  return endpoint;
}

test("health tells of the server and of each service, without a credential", async () => {
  const endpoint = await open();
  const health = createClient(Health, createGrpcTransport({ baseUrl: endpoint.url }));
  for (const service of ["", "asyncgate.v1.TaskService"]) {
    expect(await health.check({ service })).toMatchObject({ status: Status.SERVING });
  }
  await expect(health.check({ service: "unknown" })).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
  const { statuses } = await health.list({});
  expect(Object.keys(statuses).sort()).toEqual(["", "asyncgate.v1.SystemService", "asyncgate.v1.TaskService"]);
});

test("a watch tells of every change, and of the shutdown", async () => {
  let ready = true;
  const endpoint = await open({ readiness: () => (ready ? { ready } : { ready, reason: "no database" }) });
  const seen: Status[] = [];
  const health = createClient(Health, createGrpcTransport({ baseUrl: endpoint.url }));
  const watching = (async () => {
    for await (const { status } of health.watch({})) {
      seen.push(status);
      if (seen.length === 1) ready = false;
      if (seen.length === 2) ready = true;
      if (seen.length === 3) void endpoint.server.close({ graceMs: 5_000 });
    }
  })();
  await expect(watching).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
  expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING, Status.SERVING, Status.NOT_SERVING]);
});

test("a watch of what is not served says so and stays", async () => {
  const endpoint = await open();
  const health = createClient(Health, createGrpcTransport({ baseUrl: endpoint.url }));
  for await (const { status } of health.watch({ service: "unknown" })) {
    expect(status).toBe(Status.SERVICE_UNKNOWN);
    break;
  }
});

/** The question and its answer over the reflection stream. */
async function ask(endpoint: TestServer, messageRequest: ServerReflectionRequest["messageRequest"]) {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: endpoint.url }));
  async function* questions() {
    yield { messageRequest };
  }
  for await (const { messageResponse } of client.serverReflectionInfo(questions())) return messageResponse;
  throw new Error("no answer");
}

function filesOf(answer: Awaited<ReturnType<typeof ask>>): string[] {
  if (answer.case !== "fileDescriptorResponse") throw new Error(`answered ${answer.case}`);
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

test("a client that knows nothing builds itself from reflection, and calls", async () => {
  const endpoint = await open();
  const answer = await ask(endpoint, { case: "fileContainingSymbol", value: "asyncgate.v1.TaskService" });
  if (answer.case !== "fileDescriptorResponse") throw new Error(`answered ${answer.case}`);
  const file = answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const set = Buffer.from(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));
  const loaded = grpc.loadPackageDefinition(loadFileDescriptorSetFromBuffer(set)) as unknown as {
    asyncgate: { v1: { TaskService: grpc.ServiceClientConstructor } };
  };
  const client = new loaded.asyncgate.v1.TaskService(`127.0.0.1:${endpoint.port}`, grpc.credentials.createInsecure());
  const metadata = new grpc.Metadata();
  metadata.set("authorization", authorization);
  const { promise, resolve, reject } = Promise.withResolvers<{ task: { type: string } }>();
  client["GetTask"]?.(
    { task_id: "0190b0f0-0000-7000-8000-000000000001" },
    metadata,
    (error: Error | null, value: { task: { type: string } }) => (error === null ? resolve(value) : reject(error)),
  );
  expect((await promise).task.type).toBe("made.by.hand");
  client.close();
});

test("reflection lists the services and finds files by name, symbol and extension", async () => {
  const endpoint = await open();
  expect(await ask(endpoint, { case: "listServices", value: "" })).toMatchObject({
    value: {
      service: [
        { name: "asyncgate.v1.SystemService" },
        { name: "asyncgate.v1.TaskService" },
        { name: "grpc.health.v1.Health" },
        { name: "grpc.reflection.v1.ServerReflection" },
      ],
    },
  });
  const byName = filesOf(await ask(endpoint, { case: "fileByFilename", value: "asyncgate/v1/task_service.proto" }));
  expect(byName[0]).toBe("asyncgate/v1/task_service.proto");
  expect(byName).toContain("google/protobuf/descriptor.proto");
  for (const symbol of [
    "asyncgate.v1.TaskService.GetTask",
    "asyncgate.v1.CreateTaskRequest.type",
    "asyncgate.v1.CreateTaskRequest",
  ]) {
    expect(filesOf(await ask(endpoint, { case: "fileContainingSymbol", value: symbol }))[0]).toBe(
      "asyncgate/v1/task_service.proto",
    );
  }
  expect(
    filesOf(await ask(endpoint, { case: "fileContainingSymbol", value: "asyncgate.v1.TASK_STATE_QUEUED" }))[0],
  ).toBe("asyncgate/v1/task.proto");
  const extension = create(ExtensionRequestSchema, {
    containingType: "google.protobuf.MethodOptions",
    extensionNumber: 50_801,
  });
  expect(filesOf(await ask(endpoint, { case: "fileContainingExtension", value: extension }))[0]).toBe(
    "asyncgate/options/v1/options.proto",
  );
  const numbers = await ask(endpoint, { case: "allExtensionNumbersOfType", value: "google.protobuf.MethodOptions" });
  expect(numbers.value).toMatchObject({ extensionNumber: expect.arrayContaining([50_801, 50_802]) as number[] });
});

test("what is not there is answered within the stream", async () => {
  const endpoint = await open();
  for (const question of [
    { case: "fileByFilename", value: "unknown.proto" },
    { case: "fileContainingSymbol", value: "unknown.Nothing" },
    { case: "allExtensionNumbersOfType", value: "unknown.Nothing" },
    { case: "fileContainingExtension", value: { containingType: "unknown", extensionNumber: 1 } },
  ] as const) {
    const answer = await ask(endpoint, question as ServerReflectionRequest["messageRequest"]);
    expect(answer).toMatchObject({ case: "errorResponse", value: { errorCode: grpc.status.NOT_FOUND } });
  }
});
