// An executor of `asyncgate demo agents`, with unary calls: it claims by its capability and reports what it has done.
// Its first text lacks a point. It tries to close its own work, which it cannot.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { LeasedTask } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Payload } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { TaskStateSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { VerdictDecision } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { describe } from "../streams.ts";

const { ASYNCGATE_URL: baseUrl = "http://127.0.0.1:7171", ASYNCGATE_API_KEY: key = "" } = process.env;
const capabilities = [`agent:${process.argv[2]}`];
const leases = createClient(LeaseService, createGrpcTransport({ baseUrl }));
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
const options = { headers: { authorization: `Bearer ${key}` }, signal: stopping.signal };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function jsonIn(payload: Payload | undefined) {
  return payload?.content.case === "json" ? JSON.parse(payload.content.value) : {};
}

function work({ task, waitResults, review }: LeasedTask): unknown {
  const { topic } = jsonIn(task?.payload);
  if (task?.type === "text.outline") return { points: [`what ${topic} are`, `when ${topic} end`] };
  if (task?.type === "image.draw") return { image: `site:pages/images/${topic}.png` };
  const { points } = jsonIn(waitResults[0]?.result);
  for (const { verdict } of review?.verdicts ?? []) say(`reads why its text was rejected: ${verdict?.findings.join()}`);
  return { text: review ? points : points.slice(0, 1) };
}

/** Twice: with its old lease, as if the report were enough, and as the verifier that it is not. */
async function tryToClose(leaseToken: string, verificationId: string): Promise<void> {
  const verdict = { decision: VerdictDecision.ACCEPT };
  const again = leases.completeTask({ leaseToken, verdict }, options);
  await again.catch((error: unknown) => say(`is refused to close its own work: ${describe(error)}`));
  const asked = { taskIds: [verificationId], capabilities: [...capabilities, "agent:checker"] };
  const { tasks } = await leases.claimTasks(asked, options);
  say(`asks for the verification of its own work, and gets ${tasks.length} tasks`);
}

async function serve(): Promise<void> {
  for (;;) {
    const { tasks } = await leases.claimTasks({ capabilities, wait: { seconds: 10n } }, options);
    for (const leased of tasks) {
      const leaseToken = leased.lease?.token ?? "";
      const content = { case: "json", value: JSON.stringify(work(leased)) } as const;
      const { state, verifications } = await leases.completeTask({ leaseToken, result: { content } }, options);
      say(`has done ${leased.task?.type}: ${content.value}, which is ${TaskStateSchema.value[state]?.localName}`);
      if (verifications[0] && !leased.review) await tryToClose(leaseToken, verifications[0].taskId);
    }
  }
}

await serve().catch((error: unknown) => {
  if (!stopping.signal.aborted) throw error;
});
