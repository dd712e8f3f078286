// Who gets in, and how far: judged by headers alone, denied unless the contract says otherwise.
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { create, createFileRegistry, type DescService } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, expect, test } from "vitest";
import { AdminService } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorDetailSchema, ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { QueueService } from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { Health } from "../../../gen/typescript/grpc/health/v1/health_pb.ts";
import { assertEveryMethodHasAccess } from "../../../src/rpc/interceptors/authorize.ts";
import { createRules } from "../../../src/rpc/rules/rules.ts";
import { authorization, openTestServer, type ServerWishes, type TestServer } from "../test-server.ts";

const anyTaskId = "0190b0f0-0000-7000-8000-000000000001";
const endpoints: TestServer[] = [];
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.server.close({ graceMs: 0 });
});

let handled = 0;
async function open(wishes: ServerWishes = {}): Promise<TestServer> {
  handled = 0;
  const endpoint = await openTestServer({
    services(router) {
      router.service(TaskService, {
        createTask: () => {
          handled++;
          return {};
        },
        getTask: () => ({}),
      });
    },
    ...wishes,
  });
  endpoints.push(endpoint);
  return endpoint;
}

async function refusal(call: Promise<unknown>) {
  const error = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectError)) throw new Error("expected a ConnectError");
  return { error, detail: error.findDetails(ErrorDetailSchema)[0] };
}

test.each([
  ["none", undefined],
  ["another scheme", "Basic YWxpY2U6c2VjcmV0"],
  ["two words", `${authorization} more`],
  ["an unknown key", "Bearer ag_test_key2_0000000000000000"],
])("a call with %s for a credential is refused in the same words", async (_name, header) => {
  const endpoint = await open();
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const headers: Record<string, string> = header === undefined ? {} : { authorization: header };
  const { error, detail } = await refusal(client.createTask({ type: "t" }, { headers }));
  expect(error.code).toBe(Code.Unauthenticated);
  expect(error.rawMessage).toBe("The call carries no valid credential.");
  expect(error.metadata.get("www-authenticate")).toBe("Bearer");
  expect(detail).toMatchObject({ reason: ErrorReason.UNAUTHENTICATED, facts: { case: undefined } });
  expect(handled).toBe(0);
  expect(await endpoint.logged(({ message }) => message === "rpc")).toMatchObject({ code: "unauthenticated" });
});

test("a caller without a credential is refused before the body is read, and need not send it", async () => {
  const endpoint = await open();
  const session = connectHttp2(endpoint.url);
  const stream = session.request({
    ":method": "POST",
    ":path": "/asyncgate.v1.TaskService/CreateTask",
    "content-type": "application/proto",
    "content-length": "1048576",
  });
  stream.on("error", () => {});
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  expect(headers[":status"]).toBe(401); // not one byte of the body has been sent
  session.destroy();
});

test("over HTTP/1.1, too, the refusal does not wait for the body", async () => {
  const endpoint = await open();
  const { request } = await import("node:http");
  const call = request(`${endpoint.url}/asyncgate.v1.TaskService/CreateTask`, {
    method: "POST",
    headers: { "content-type": "application/proto", "content-length": "1048576" },
  });
  call.on("error", () => {});
  call.flushHeaders();
  const [response] = (await once(call, "response")) as [{ statusCode: number }];
  expect(response.statusCode).toBe(401);
  call.destroy();
});

test("a valid credential without the scope is denied, and told which scope", async () => {
  const endpoint = await open({ scopes: ["tasks:read"] });
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const { error, detail } = await refusal(client.createTask({ type: "t" }, { headers: { authorization } }));
  expect(error.code).toBe(Code.PermissionDenied);
  expect(detail?.facts).toMatchObject({
    case: "permission",
    value: { method: "asyncgate.v1.TaskService/CreateTask", scope: "tasks:create" },
  });
  expect(handled).toBe(0);
});

test("the wider scope opens what the narrower does", async () => {
  const endpoint = await open({ scopes: ["tasks:read_all"] });
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  await client.getTask({ taskId: anyTaskId }, { headers: { authorization } });
});

test("a fault while judging a credential is INTERNAL, not a way in", async () => {
  const endpoint = await open({ authenticate: () => Promise.reject(new Error("database is down")) });
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const { detail } = await refusal(client.createTask({ type: "t" }, { headers: { authorization } }));
  expect(detail?.reason).toBe(ErrorReason.INTERNAL);
  expect(handled).toBe(0);
});

const ours = [
  ...[
    AdminService,
    AgentService,
    LeaseService,
    MachineService,
    NodeService,
    ObligationService,
    QueueService,
    ReceiptService,
    ScheduleService,
    SignalService,
    SystemService,
    TaskService,
  ],
  WorkerService,
];

test("every method of the contract says who may call it, and every rule in it is known", () => {
  assertEveryMethodHasAccess([...ours, Health]);
  const rules = createRules();
  for (const service of ours) for (const method of service.methods) rules.prepare(method.input);
});

test("a method without the option does not let a server be built", async () => {
  expect(() => assertEveryMethodHasAccess([bareService()])).toThrow("bare.Bare/Do has no access option");
  await expect(openTestServer({ services: (router) => void router.service(bareService(), {}) })).rejects.toThrow(
    "bare.Bare/Do",
  );
});

/** `message M {} service Bare { rpc Do(M) returns (M); }`, without options. */
function bareService(): DescService {
  const method = { name: "Do", inputType: ".bare.M", outputType: ".bare.M" };
  const file = create(FileDescriptorProtoSchema, {
    name: "bare.proto",
    package: "bare",
    syntax: "proto3",
    messageType: [{ name: "M" }],
    service: [{ name: "Bare", method: [method] }],
  });
  const service = createFileRegistry(file, () => undefined).getService("bare.Bare");
  if (service === undefined) throw new Error("the descriptor is broken");
  return service;
}
