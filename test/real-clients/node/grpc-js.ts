// Opens, calls and closes grpc-js's client again and again, then cancels crowds of waiting calls on one connection.
// Arguments: address, API key, connections, crowds, calls in a crowd. Prints what it has done, one line each.
import { setTimeout as wait } from "node:timers/promises";
import {
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { load } from "@grpc/proto-loader";
import { repeat, waitBeforeCancelMs } from "./repeat.ts";

const [address = "", key = "", ...numbers] = process.argv.slice(2);
const [connections = 0, crowds = 0, crowdSize = 0] = numbers.map(Number);
const metadata = new Metadata();
metadata.set("authorization", `Bearer ${key}`);

const definitions = await load(["asyncgate/v1/system_service.proto", "asyncgate/v1/task_service.proto"], {
  includeDirs: ["proto", ".tools/proto"],
});
const { asyncgate } = loadPackageDefinition(definitions) as unknown as {
  asyncgate: { v1: Readonly<Record<"SystemService" | "TaskService", ServiceClientConstructor>> };
};

type Client = InstanceType<ServiceClientConstructor>;
type Method = (
  request: object,
  metadata: Metadata,
  done: (error: ServiceError | null, answer: Record<string, Record<string, string>>) => void,
) => ClientUnaryCall;

function open(service: keyof typeof asyncgate.v1): Client {
  // Without this option clients of one address share a connection.
  return new asyncgate.v1[service](address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
}

function begin(client: Client, name: string, request: object) {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, Record<string, string>>>();
  const method = Reflect.get(client, name) as Method;
  const call = method.call(client, request, metadata, (error, answer) => (error ? reject(error) : resolve(answer)));
  return { call, answer: promise };
}

await repeat("connection", connections, async () => {
  const client = open("SystemService");
  await begin(client, "getServerInfo", {}).answer;
  client.close();
});

const tasks = open("TaskService");
const { task } = await begin(tasks, "createTask", { type: "real-clients" }).answer;
const request = { taskId: task?.["taskId"] };
await repeat("crowd", crowds, async () => {
  const waits = Array.from({ length: crowdSize }, () => begin(tasks, "awaitTask", request));
  await wait(waitBeforeCancelMs);
  for (const { call } of waits) call.cancel();
  for (const end of await Promise.allSettled(waits.map(({ answer }) => answer))) {
    const code = end.status === "rejected" ? (end.reason as ServiceError).code : status.OK;
    if (code !== status.CANCELLED) throw new Error(`a waiting call ended with ${status[code]}`);
  }
  await begin(tasks, "getTask", request).answer;
});
tasks.close();
