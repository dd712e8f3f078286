// Opens, calls and closes connect-node's client again and again, by gRPC and by Connect, then cancels crowds of waiting
// calls on one connection. Arguments: address, API key, connections, crowds, calls in a crowd. Prints what it has done.
import { setTimeout as wait } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { repeat, waitBeforeCancelMs } from "./repeat.ts";

const [address = "", key = "", ...numbers] = process.argv.slice(2);
const [connections = 0, crowds = 0, crowdSize = 0] = numbers.map(Number);
const baseUrl = `http://${address}`;
const headers = { authorization: `Bearer ${key}` };

let opened = 0;
await repeat("connection", connections, async () => {
  opened += 1;
  const sessionManager = new Http2SessionManager(baseUrl);
  const isGrpc = opened % 2 === 0;
  const transport = isGrpc
    ? createGrpcTransport({ baseUrl, sessionManager })
    : createConnectTransport({ baseUrl, sessionManager, httpVersion: "2" });
  await createClient(SystemService, transport).getServerInfo({}, { headers });
  sessionManager.abort();
});

const sessionManager = new Http2SessionManager(baseUrl);
const tasks = createClient(TaskService, createGrpcTransport({ baseUrl, sessionManager }));
const { task } = await tasks.createTask({ type: "real-clients" }, { headers });
const taskId = task?.taskId ?? "";
await repeat("crowd", crowds, async () => {
  const crowd = new AbortController();
  const waits = Array.from({ length: crowdSize }, () => tasks.awaitTask({ taskId }, { headers, signal: crowd.signal }));
  await wait(waitBeforeCancelMs);
  crowd.abort();
  for (const end of await Promise.allSettled(waits)) {
    const code = end.status === "rejected" ? ConnectError.from(end.reason).code : 0;
    if (code !== Code.Canceled) throw new Error(`a waiting call ended with ${Code[code]}`);
  }
  await tasks.getTask({ taskId }, { headers });
});
sessionManager.abort();
