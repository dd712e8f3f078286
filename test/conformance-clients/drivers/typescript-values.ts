// Values of the TypeScript kit and the JSON of scenarios: each way that the driver needs.
import {
  type AgentInit,
  AsyncGateError,
  after,
  allOf,
  anyOf,
  bytes,
  type ConditionInit,
  ended,
  type HandOffInit,
  type Job,
  type NewTask,
  OnExceeded,
  OnImpossible,
  OnNameTaken,
  OnParentEnd,
  PrincipalKind,
  type QuestionInit,
  type RouteInit,
  type ScopeMode,
  type SentSignal,
  type SignalInit,
  type SignalTarget,
  type SuspendInit,
  signal,
  type Task,
  TaskEndedError,
  type TaskState,
  task as taskCondition,
  type VerificationInit,
  type WaitInit,
} from "../../../clients/typescript/src/index.ts";
import { RouteMatch } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { PrincipalKindSchema } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { InputOutcomeSchema } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { ScopeModeSchema } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { TaskStateSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";

// biome-ignore lint/suspicious/noExplicitAny: the scenarios are data, whose shape their format says.
export type Data = any;

/** Without the members that are absent. */
function given(fields: Data): Data {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function newTask(task: Data, queue: string): NewTask {
  const { payload_base64: base64, retry_ms: initialIntervalMs, deadline_ms: deadlineMs } = task;
  const { type, payload, labels, capabilities, priority, wait, name, scopes, budget } = task;
  return given({
    type,
    queue: task.queue ?? queue,
    labels,
    capabilities,
    priority,
    name,
    scopes,
    payload: base64 === undefined ? payload : bytes(new Uint8Array(Buffer.from(base64, "base64"))),
    idempotencyKey: task.idempotency_key,
    retry: initialIntervalMs === undefined ? undefined : { initialIntervalMs, maxIntervalMs: 3_600_000 },
    deadline: deadlineMs === undefined ? undefined : new Date(Date.now() + deadlineMs),
    maxAttempts: task.max_attempts,
    delayMs: task.delay_ms,
    wait: wait && waitOf(wait),
    onNameTaken: task.on_name_taken && OnNameTaken[task.on_name_taken as keyof typeof OnNameTaken],
    budget: budget && budgetOf(budget),
    addressee: task.addressee && principalOf(task.addressee),
    verification: task.verification && verificationOf(task.verification),
    onParentEnd: task.keep ? OnParentEnd.KEEP : undefined,
  });
}

function budgetOf({ amounts, on_exceeded: onExceeded = "TELL" }: Data): NewTask["budget"] {
  return { amounts, onExceeded: OnExceeded[onExceeded as keyof typeof OnExceeded] };
}

function verificationOf(init: Data): VerificationInit {
  const { accept_at: acceptAt, on_reject: onReject, evidence_required: evidenceRequired, ...same } = init;
  return given({ ...same, acceptAt, onReject, evidenceRequired });
}

export function principalOf({ kind, id }: Data): { kind: PrincipalKind; id: string } {
  return { kind: PrincipalKind[kind as keyof typeof PrincipalKind], id };
}

function plainPrincipal(principal: { kind: PrincipalKind; id: string } | undefined): Data {
  return principal ? { kind: PrincipalKindSchema.value[principal.kind]?.localName ?? "", id: principal.id } : null;
}

export function waitOf({ all_of: groups, on_impossible: onImpossible }: Data): WaitInit {
  const wait = allOf(
    ...groups.map((group: Data) => (group.any_of ? anyOf(...group.any_of.map(conditionOf)) : conditionOf(group))),
  );
  return onImpossible ? { ...wait, onImpossible: OnImpossible[onImpossible as keyof typeof OnImpossible] } : wait;
}

function conditionOf({ name = "", after_ms: afterMs, channel, count, ...of }: Data): ConditionInit {
  if (afterMs !== undefined) return after(afterMs, { name });
  if (channel !== undefined) return signal(channel, { name, ...(count !== undefined && { count }) });
  const ref = of.task ?? (of.key === undefined ? { item: of.item } : { idempotencyKey: of.key });
  return of.ended ? ended(ref, { name }) : taskCondition(ref, { name });
}

export function suspensionOf(init: Data, queue: string): SuspendInit {
  const { create = [], checkpoint = null } = init;
  const tasks = create.map(({ as = "child", ...task }: Data) => ({ ...newTask(task, queue), as }));
  return { wait: waitOf(init), create: tasks, checkpoint };
}

export function questionOf({ answer_schema: answerSchema, expires, addressee, ...same }: Data): QuestionInit {
  return given({
    ...same,
    answerSchema,
    addressee: addressee && principalOf(addressee),
    expires: expires && given({ after: expires.after_ms, otherwise: expires.otherwise }),
  });
}

export function handOffOf({ to, ...same }: Data): HandOffInit {
  return { ...same, to: given({ ...to, principal: to.principal && principalOf(to.principal) }) };
}

export function signalOf({ channel, payload, broadcast, ttl_ms: ttl, ...to }: Data): [SignalTarget, SignalInit] {
  return [channel ?? { taskId: to.task_id }, given({ payload, broadcast, ttl })];
}

export function plainSignal({ takenByTaskId, keepUntil, waiting }: SentSignal): Data {
  return { taken_by: takenByTaskId ?? null, kept: keepUntil !== undefined, waiting };
}

/** What `return_of` says. */
export function outputOf({ return_of: what, name }: Data, input: Data, job: Job): Data {
  if (what === "payload") return input instanceof Uint8Array ? bytes(new Uint8Array(input)) : input;
  if (what === "attempt") return job.attempt;
  if (what === "checkpoint") return job.checkpoint;
  if (what === "over_budget") return job.overBudget;
  if (what === "answer") return plainAnswer(job.answer(name));
  if (what === "rejected") return plainRejected(job.rejected);
  if (what === "handed_over") return plainHandedOver(job.handedOver);
  return job.waitResults.map(({ name, status, result, signals }) => ({
    name,
    status,
    result: plain(result) ?? null,
    signals: signals.map(({ payload = null }) => plain(payload)),
  }));
}

function plainAnswer(answer: ReturnType<Job["answer"]>): Data {
  if (!answer) return null;
  return {
    outcome: answer.outcome,
    answer: answer.answer ?? null,
    reason: answer.reason,
    by: plainPrincipal(answer.by),
  };
}

function plainRejected(report: Job["rejected"]): Data {
  return report ? { findings: report.findings, attempt: report.attempt, result: plain(report.result) ?? null } : null;
}

function plainHandedOver(handed: Job["handedOver"]): Data {
  if (!handed) return null;
  return {
    note: handed.note,
    refs: handed.refs.map(({ kind, uri }) => ({ kind, uri })),
    from: plainPrincipal(handed.from),
  };
}

export function stateName(state: TaskState): string {
  return TaskStateSchema.value[state]?.localName ?? "";
}

export function modeName(mode: ScopeMode): string {
  return ScopeModeSchema.value[mode]?.localName ?? "";
}

export function summary({ taskId, type, state, attempt, outcome }: Task): Data {
  const { error } = outcome ?? {};
  return {
    task_id: taskId,
    type,
    state: stateName(state),
    attempt,
    ...(error && { error: { type: error.type, message: error.message } }),
  };
}

export function plain(value: Data): Data {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;
}

export function errorOf(error: unknown): Data {
  if (error instanceof TaskEndedError)
    return { reason: "TASK_ENDED", state: stateName(error.task.state), ...summary(error.task).error };
  if (error instanceof DOMException && error.name === "TimeoutError") return { reason: "TIMEOUT" };
  if (!(error instanceof AsyncGateError)) return { reason: "OTHER", message: String(error) };
  const { facts, reasonName, retryable } = error;
  return { reason: reasonName, retryable, fact: factOf(facts) };
}

/** The fact by which a program would decide. */
function factOf(facts: AsyncGateError["facts"]): Data {
  if (facts.case === "limit") return facts.value.limit;
  if (facts.case === "permission") return facts.value.scope;
  if (facts.case === "violations") return facts.value.violations[0]?.field ?? "";
  if (facts.case === "conflict") return facts.value.taskId;
  if (facts.case === "resource") return facts.value.id;
  if (facts.case === "lease") return stateName(facts.value.state);
  if (facts.case === "transition") return stateName(facts.value.from);
  if (facts.case === "name" || facts.case === "budget") return facts.value.taskId;
  if (facts.case === "scopes") return facts.value.held[0]?.taskId ?? "";
  if (facts.case === "input") return InputOutcomeSchema.value[facts.value.outcome]?.localName.toLowerCase() ?? "";
  if (facts.case === "outcome") return facts.value.missing[0]?.required?.kind ?? "";
  return null;
}

export function agentOf({ agent_id: agentId, domain = "", tools = [] }: Data): AgentInit {
  return { agentId, domain, tools: tools.map((tool: Data) => ({ name: tool.name, taskType: tool.task_type })) };
}

export function routeOf({ text, domain }: Data): RouteInit {
  return domain === undefined ? text : { domain };
}

export function matchName(match: number): string {
  return Object.entries(RouteMatch).find(([, value]) => value === match)?.[0] ?? "";
}
