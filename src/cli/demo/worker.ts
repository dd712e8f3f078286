// The worker of the demo: claims one task of type `greet` and completes it with a greeting. It shows how short a worker
// with unary calls is; `asyncgate demo` starts it as a separate program.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";

const { ASYNCGATE_URL: baseUrl = "http://127.0.0.1:7171", ASYNCGATE_API_KEY: key = "" } = process.env;
const headers = { authorization: `Bearer ${key}` };
const leases = createClient(LeaseService, createGrpcTransport({ baseUrl }));

const { tasks } = await leases.claimTasks({ acceptTypes: ["greet"], wait: { seconds: 10n } }, { headers });
for (const { task, lease } of tasks) {
  const input = task?.payload?.content.case === "json" ? JSON.parse(task.payload.content.value) : {};
  const greeting = JSON.stringify({ greeting: `Hello, ${input.name ?? "world"}!` });
  process.stderr.write(`worker: leased ${task?.taskId}, fence ${lease?.fence}, answering ${greeting}\n`);
  await leases.completeTask(
    { leaseToken: lease?.token ?? "", result: { content: { case: "json", value: greeting } } },
    { headers },
  );
}
