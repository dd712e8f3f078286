// One line for each step of a question, for tests by scenario.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { RequestInputRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  ListOpenObligationsRequestSchema,
  type OpenObligation,
} from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnExpiry } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ProvideInputRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { granted, held, ms, type Scenario } from "./scenario.ts";

type AskInit = Omit<MessageInitShape<typeof RequestInputRequestSchema>, "$typeName">;

export const paul = { kind: PrincipalKind.HUMAN, id: "paul" };
export const question = { title: "Deploy?", options: [{ value: "yes" }, { value: "no" }] };

export function asking(leaseToken: string, init: AskInit = {}) {
  return create(RequestInputRequestSchema, { leaseToken, question, addressee: paul, ...init });
}

export async function ask(s: Scenario, { lease }: GrantedTask, init: AskInit = {}, by = s.worker) {
  const [answer] = await s.operations.requestInputs(by, [asking(lease.token, init)]);
  return answer as NonNullable<typeof answer>;
}

/** A task that has asked, and the id of its question. */
export async function asked(s: Scenario, init: AskInit = {}): Promise<{ taskId: string; inputId: string }> {
  const { taskId, receiptId } = granted(await ask(s, await held(s), init));
  return { taskId, inputId: receiptId };
}

export function human(s: Scenario, id = "paul"): Caller {
  return s.tenant.caller("human", id);
}

type Question = { readonly taskId: string; readonly inputId: string };
type More = { readonly requestId?: string; readonly actionDigest?: Uint8Array };

export function answering({ taskId, inputId }: Question, value: unknown, more: More = {}) {
  const outcome = { case: "answer" as const, value: JSON.stringify(value) };
  return create(ProvideInputRequestSchema, { taskId, inputId, outcome, ...more });
}

export function provide(s: Scenario, one: Question, value: unknown = "yes", by = human(s), more: More = {}) {
  return s.operations.provideInput(by, answering(one, value, more));
}

export function decline(s: Scenario, { taskId, inputId }: Question, reason = "", by = human(s), more: More = {}) {
  const outcome = { case: "decline" as const, value: { reason } };
  return s.operations.provideInput(by, create(ProvideInputRequestSchema, { taskId, inputId, outcome, ...more }));
}

/** The questions that a principal owes answers to. */
export async function inbox(s: Scenario, by = human(s)): Promise<OpenObligation[]> {
  const all = granted(await s.operations.listOpenObligations(by, create(ListOpenObligationsRequestSchema, {})));
  return all.openObligations.filter(({ receipt }) => receipt?.type === ReceiptType.INPUT_REQUESTED);
}

export function expiring(after: number, onExpiry: OnExpiry = OnExpiry.FAIL, defaultAnswer = "") {
  return { expires: { after: ms(after), onExpiry, defaultAnswer } };
}
