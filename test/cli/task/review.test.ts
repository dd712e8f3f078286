// `asyncgate task review`: a person reads what was reported, and what verifiers say.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { VerdictDecision } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { taskReview } from "../../../src/cli/task/review.ts";
import { bearer, openEngineServer } from "../../rpc/engine-server.ts";
import { runCommand } from "../terminal.ts";

test("a review is a few lines: the report, how many accept, and each verdict with its findings", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const tenantId = await makeTenant("acme");
  const [owner, worker, verifier] = await Promise.all(
    [Role.OPERATOR, Role.WORKER, Role.VERIFIER].map((role) => makeKey(tenantId, role, `p${role}`)),
  );
  const transport = createGrpcTransport({ baseUrl: url });
  const [tasks, leases] = [createClient(TaskService, transport), createClient(LeaseService, transport)];
  const environment = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: owner ?? "" };
  const show = async (...args: string[]) => (await runCommand(taskReview, args, environment)).printed.split("\n");
  const claim = async (key = "") => {
    const { tasks: leased } = await leases.claimTasks({ queues: ["q"] }, bearer(key));
    return leased[0]?.lease?.token ?? "";
  };
  const verification = { verifiers: 2, acceptAt: 2 };
  const { task } = await tasks.createTask({ type: "t", queue: "q", verification }, bearer(owner ?? ""));
  const taskId = task?.taskId ?? "";
  expect(await show(taskId)).toEqual([`t  QUEUED  ${taskId}`, "Nothing was reported yet."]);
  await leases.completeTask({ leaseToken: await claim(worker) }, bearer(worker ?? ""));
  const verdict = { decision: VerdictDecision.REJECT, findings: ["one", "two"], confidence: 0.5 };
  await leases.completeTask({ leaseToken: await claim(verifier), verdict }, bearer(verifier ?? ""));
  const [head, report, count, given, ...findings] = await show(taskId);
  expect(head).toBe(`t  QUEUED  ${taskId}`);
  expect(report).toMatch(/^reported by \w+:\S+ at \S+Z, attempt 1$/);
  expect(count).toBe("0 of 2 acceptances, 1 of 2 verdicts");
  expect(given).toMatch(/^REJECT {2}by \w+:\S+ at \S+Z, confidence 0\.5$/);
  expect(findings).toEqual(["  - one", "  - two"]);
  expect(JSON.parse((await show(taskId, "--json")).join("\n"))).toMatchObject({ report: { attempt: 1 } });
  const plain = await tasks.createTask({ type: "t", queue: "q" }, bearer(owner ?? ""));
  expect((await show(plain.task?.taskId ?? ""))[1]).toBe("Its work is not verified.");
});
