// Races around verification, on two servers: a report is decided once, and by one side.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { OnVerificationTimeout, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { VerdictDecision } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { chainOf, granted, hand } from "../helpers/ledger-scenario.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";
import { ms, result } from "../helpers/scenario.ts";

const { ACCEPT, REJECT } = VerdictDecision;
const { CANCELED, FAILED, QUEUED, SUCCEEDED, VERIFYING } = TaskState;

function verifierOf({ tenant }: Arena): Caller {
  return tenant.caller("agent", "vera", [Role.VERIFIER]);
}

async function claim(arena: Arena, queue: string, by: Caller) {
  const request = create(ClaimTasksRequestSchema, { queues: [queue], maxTasks: 9 });
  return granted(await arena.servers[0].claimTasks(by, request)).map(({ task, lease }) => ({
    taskId: task.taskId,
    token: lease.token,
  }));
}

function completing(server: Operations, by: Caller, leaseToken: string, decision?: VerdictDecision) {
  const content = decision === undefined ? result : { verdict: { decision } };
  const request = create(CompleteTaskRequestSchema, { leaseToken, ...content });
  return async () => (await server.completeTasks(by, [request]))[0] ?? {};
}

type Policy = { readonly timeout?: ReturnType<typeof ms>; readonly onTimeout?: OnVerificationTimeout };

/** A reported task, and the leases of its verification tasks. Each round has queues of its own. */
async function reported(arena: Arena, verifiers: number, acceptAt: number, policy: Policy = {}) {
  const queue = `work ${arena.round}`;
  const verifier = { queue: `review ${arena.round}` };
  await hand(arena, { queue, verification: { verifiers, acceptAt, verifier, ...policy } as never });
  const [leased] = await claim(arena, queue, arena.worker);
  const { taskId, token } = granted(leased);
  granted(await completing(arena.servers[0], arena.worker, token)());
  return { taskId, leases: await claim(arena, verifier.queue, verifierOf(arena)) };
}

async function stateOf({ operations, operator }: Arena, taskId: string): Promise<TaskState> {
  return granted(await operations.getTask(operator, { taskId })).state;
}

async function typesOf(arena: Arena, taskId: string): Promise<ReceiptType[]> {
  return (await chainOf(arena, taskId)).map(({ type }) => type);
}

const countOf = (types: readonly ReceiptType[], type: ReceiptType) => types.filter((one) => one === type).length;

race("of two verdicts that would both be the last one, on two servers, one decides", async (arena) => {
  const { taskId, leases } = await reported(arena, 3, 2);
  const verifier = verifierOf(arena);
  const [first, second, third] = leases;
  granted(await completing(arena.servers[0], verifier, granted(first).token, ACCEPT)());
  const answers = await together(
    arena.round,
    completing(arena.servers[0], verifier, granted(second).token, ACCEPT),
    completing(arena.servers[1], verifier, granted(third).token, ACCEPT),
  );
  const loser = answers[1 - onlyWinner(answers)];
  expect(loser && isRefusal(loser) && loser.reason).toBe(ErrorReason.INVALID_TRANSITION);
  expect(await stateOf(arena, taskId)).toBe(SUCCEEDED);
  const types = await typesOf(arena, taskId);
  expect(countOf(types, ReceiptType.VERDICT_GIVEN)).toBe(2);
  expect(countOf(types, ReceiptType.TASK_COMPLETED)).toBe(1);
});

race("an acceptance and a rejection, each of which decides: the task goes one way", async (arena) => {
  const { taskId, leases } = await reported(arena, 2, 2);
  const verifier = verifierOf(arena);
  const [first, second] = leases;
  const [accepted, rejected] = await together(
    arena.round,
    completing(arena.servers[0], verifier, granted(first).token, ACCEPT),
    completing(arena.servers[1], verifier, granted(second).token, REJECT),
  );
  // The rejection decides by itself; the acceptance comes before it, or too late.
  expect(isRefusal(rejected)).toBe(false);
  expect(await stateOf(arena, taskId)).toBe(QUEUED);
  const verdicts = countOf(await typesOf(arena, taskId), ReceiptType.VERDICT_GIVEN);
  expect(verdicts).toBe(isRefusal(accepted) ? 1 : 2);
});

race("a verdict while the verified task is canceled: one end wins", async (arena) => {
  const { taskId, leases } = await reported(arena, 1, 1);
  const verifier = verifierOf(arena);
  const answers = await together(
    arena.round,
    completing(arena.servers[0], verifier, granted(leases[0]).token, ACCEPT),
    () => arena.servers[1].cancelTask(arena.agent, create(CancelTaskRequestSchema, { taskId })),
  );
  const winner = onlyWinner(answers);
  expect(await stateOf(arena, taskId)).toBe(winner === 0 ? SUCCEEDED : CANCELED);
  await arena.sweep();
  expect(await stateOf(arena, granted(leases[0]).taskId)).toBe(winner === 0 ? SUCCEEDED : CANCELED);
  const types = await typesOf(arena, taskId);
  expect(countOf(types, ReceiptType.TASK_COMPLETED) + countOf(types, ReceiptType.TASK_CANCELED)).toBe(1);
});

race(
  "a verdict while its own task is canceled: either it counts, or the task is told that none comes",
  async (arena) => {
    const { taskId, leases } = await reported(arena, 1, 1);
    const verification = granted(leases[0]);
    const verifier = verifierOf(arena);
    const answers = await together(
      arena.round,
      completing(arena.servers[0], verifier, verification.token, ACCEPT),
      () => arena.servers[1].cancelTask(arena.agent, create(CancelTaskRequestSchema, { taskId: verification.taskId })),
      () => arena.sweep(),
    );
    const winner = onlyWinner(answers.slice(0, 2));
    await arena.sweep();
    await arena.sweep();
    expect(await stateOf(arena, taskId)).toBe(winner === 0 ? SUCCEEDED : QUEUED);
  },
);

const policies = [OnVerificationTimeout.FAIL, OnVerificationTimeout.ACCEPT, OnVerificationTimeout.ASK_OWNER];

race("law 21: a verdict comes as the time for verdicts ends: it decides, or the policy does", async (arena) => {
  const { servers, clock, round } = arena;
  const onTimeout = policies[round % policies.length] ?? OnVerificationTimeout.FAIL;
  const { taskId, leases } = await reported(arena, 1, 1, { timeout: ms(1_000), onTimeout });
  clock.advance(999);
  const decision = round % 2 === 0 ? ACCEPT : REJECT;
  const [given] = await together(
    round,
    completing(servers[0], verifierOf(arena), granted(leases[0]).token, decision),
    () => {
      clock.advance(1);
      return servers[1].sweep(new AbortController().signal);
    },
  );
  await arena.sweep();
  const byVerdict = decision === ACCEPT ? SUCCEEDED : QUEUED;
  const byPolicy = { [OnVerificationTimeout.FAIL]: FAILED, [OnVerificationTimeout.ACCEPT]: SUCCEEDED }[
    onTimeout as 1 | 2
  ];
  expect(await stateOf(arena, taskId)).toBe(isRefusal(given) ? (byPolicy ?? VERIFYING) : byVerdict);
  if (isRefusal(given)) expect(given.reason).toBe(ErrorReason.INVALID_TRANSITION);
  const types = await typesOf(arena, taskId);
  expect(countOf(types, ReceiptType.VERDICT_GIVEN)).toBe(isRefusal(given) ? 0 : 1);
  const decided = [ReceiptType.TASK_COMPLETED, ReceiptType.TASK_FAILED, ReceiptType.TASK_RETRY_SCHEDULED];
  const overdue = isRefusal(given) && onTimeout === OnVerificationTimeout.ASK_OWNER ? 0 : 1;
  expect(decided.reduce((sum, type) => sum + countOf(types, type), 0)).toBe(overdue);
});
