// Scenes of verification: a worker reports, verifiers give verdicts.
import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { VerificationSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { VerdictDecision, type VerdictSchema } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import type { TestEngineOptions } from "../../helpers/engine.ts";
import {
  type ClaimInit,
  type CreateInit,
  claim,
  claimAll,
  complete,
  granted,
  held,
  openScenario,
  result,
  type Scenario,
} from "../../helpers/scenario.ts";

type Init<Schema extends DescMessage> = Omit<MessageInitShape<Schema>, "$typeName" | "$unknown">;
export type VerificationInit = Init<typeof VerificationSchema>;
export type VerdictInit = Init<typeof VerdictSchema>;

export type ReviewScene = Scenario & { readonly verifier: Caller; readonly second: Caller };

export async function openReview(options: TestEngineOptions = {}): Promise<ReviewScene> {
  const s = await openScenario(options);
  const worker = s.tenant.caller("worker", "wanda", [Role.EXECUTOR]);
  const verifier = s.tenant.caller("agent", "vera", [Role.VERIFIER]);
  return { ...s, worker, verifier, second: s.tenant.caller("agent", "viktor", [Role.VERIFIER]) };
}

export const accept: VerdictInit = { decision: VerdictDecision.ACCEPT };
export const reject: VerdictInit = { decision: VerdictDecision.REJECT, findings: ["the total is wrong"] };
export const unverifiable: VerdictInit = { decision: VerdictDecision.UNVERIFIABLE };

/** Verification tasks are in a queue of their own. */
export const review = { queues: ["review"] };

export function verified(verification: VerificationInit = {}, more: CreateInit = {}): CreateInit {
  return { ...more, verification: { verifier: { queue: "review" }, ...verification } };
}

/** A verified task, leased to the worker. */
export function heldVerified(s: Scenario, verification: VerificationInit = {}, more: CreateInit = {}) {
  return held(s, verified(verification, more));
}

/** A verified task that the worker has reported as done. */
export async function reported(s: Scenario, verification: VerificationInit = {}, more: CreateInit = {}) {
  const leased = await heldVerified(s, verification, more);
  const done = granted(await complete(s, leased, result));
  return { leased, done, taskId: leased.task.taskId };
}

export function claimReview(s: ReviewScene, by = s.verifier, request: ClaimInit = {}): Promise<GrantedTask> {
  return claim(s, { ...review, ...request }, by);
}

export function claimReviews(s: ReviewScene, by = s.verifier, request: ClaimInit = {}): Promise<GrantedTask[]> {
  return claimAll(s, { ...review, ...request }, by);
}

export function judge(s: ReviewScene, leased: GrantedTask, verdict: VerdictInit, by = s.verifier) {
  return complete(s, leased, { verdict }, by);
}

/** The next verification task, with its verdict. */
export async function give(s: ReviewScene, verdict: VerdictInit, by = s.verifier) {
  return granted(await judge(s, await claimReview(s, by), verdict, by));
}
