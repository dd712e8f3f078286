// Races around questions, on two servers: a question is settled once, and whatever comes later is told how.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ListOpenObligationsRequestSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnExpiry } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { chainOf, claim, complete, granted as done, hand } from "../helpers/ledger-scenario.ts";
import { pauseTask, resumeTask } from "../helpers/operate.ts";
import { answering, asking, expiring } from "../helpers/questions.ts";
import { type Arena, onlyWinner, race, together } from "../helpers/race.ts";
import { minuteMs, ms } from "../helpers/scenario.ts";

const { INPUT_PROVIDED, INPUT_EXPIRED, TASK_CANCELED } = ReceiptType;
const pia = { kind: PrincipalKind.HUMAN, id: "pia" };

async function ask(arena: Arena, init: Parameters<typeof asking>[1] = {}) {
  await hand(arena, {});
  const { token, taskId } = await claim(arena);
  const [answer] = await arena.servers[0].requestInputs(arena.worker, [asking(token, init)]);
  return { taskId, inputId: done(answer).receiptId };
}

async function typesOf(arena: Arena, taskId: string): Promise<ReceiptType[]> {
  return (await chainOf(arena, taskId)).map(({ type }) => type);
}

/** What the addressees owe. */
async function owed({ operations, tenant }: Arena): Promise<number> {
  let sum = 0;
  for (const id of ["paul", "pia"]) {
    const caller = tenant.caller("human", id);
    sum += done(await operations.listOpenObligations(caller, create(ListOpenObligationsRequestSchema, {})))
      .openObligations.length;
  }
  return sum;
}

/** It goes on, and its lease is not lost in another round. */
async function finish(arena: Arena): Promise<string> {
  const { token, taskId } = await claim(arena);
  done(await complete(arena, { token }));
  return taskId;
}

race("law 23: of two answers on two servers one is taken, and the other is told which", async (arena) => {
  const { servers, tenant, round } = arena;
  const open = await ask(arena);
  const paul = tenant.caller("human", "paul");
  const answers = await together(
    round,
    () => servers[0].provideInput(paul, answering(open, "yes")),
    () => servers[1].provideInput(paul, answering(open, "no")),
  );
  const winner = onlyWinner(answers);
  expect(answers[1 - winner]).toMatchObject({
    reason: ErrorReason.INPUT_ANSWERED,
    facts: { case: "input", value: { answer: winner === 0 ? '"yes"' : '"no"' } },
  });
  expect((await typesOf(arena, open.taskId)).filter((type) => type === INPUT_PROVIDED)).toHaveLength(1);
  expect(await owed(arena)).toBe(0);
  await finish(arena);
});

race("law 23: a question is answered or expires, and never both", async (arena) => {
  const { servers, tenant, round, clock, sweep } = arena;
  const escalate = { after: ms(minuteMs / 2), to: pia };
  const open = await ask(arena, { ...expiring(minuteMs, OnExpiry.DECLINE), ...(round % 2 === 0 && { escalate }) });
  clock.advance(minuteMs - 1);
  await sweep();
  const paul = tenant.caller("human", "paul");
  const [answer] = await together(
    round,
    () => servers[0].provideInput(paul, answering(open, "yes")),
    () => {
      clock.advance(1);
      return servers[1].sweep(new AbortController().signal);
    },
  );
  await sweep();
  const settled = (await typesOf(arena, open.taskId)).filter(
    (type) => type === INPUT_PROVIDED || type === INPUT_EXPIRED,
  );
  expect(settled).toEqual([isRefusal(answer) ? INPUT_EXPIRED : INPUT_PROVIDED]);
  expect(await owed(arena)).toBe(0);
  await finish(arena);
});

race("law 23: a question is answered before its task is canceled, or ends with it", async (arena) => {
  const { servers, tenant, agent, operator, round } = arena;
  const open = await ask(arena);
  const paul = tenant.caller("human", "paul");
  const [answer, canceled] = await together(
    round,
    () => servers[0].provideInput(paul, answering(open, "yes")),
    () => servers[1].cancelTask(agent, create(CancelTaskRequestSchema, { taskId: open.taskId })),
  );
  expect(done(canceled).task.state).toBe(TaskState.CANCELED);
  const types = await typesOf(arena, open.taskId);
  expect(types).toContain(TASK_CANCELED);
  expect(types.includes(INPUT_PROVIDED)).toBe(!isRefusal(answer));
  if (isRefusal(answer)) expect(answer.reason).toBe(ErrorReason.INVALID_TRANSITION);
  expect(await owed(arena)).toBe(0);
  expect(done(await arena.operations.getTask(operator, { taskId: open.taskId })).state).toBe(TaskState.CANCELED);
});

race("law 26: a task that is paused while it is answered goes on with the answer when it is resumed", async (arena) => {
  const { servers, tenant, operator, round } = arena;
  const open = await ask(arena);
  const paul = tenant.caller("human", "paul");
  const [answer, paused] = await together(
    round,
    () => servers[0].provideInput(paul, answering(open, "yes")),
    () => pauseTask({ operations: servers[1], operator }, open.taskId),
  );
  done(answer);
  done(paused);
  expect(await owed(arena)).toBe(0);
  await resumeTask({ operations: servers[0], operator }, open.taskId);
  expect(await finish(arena)).toBe(open.taskId);
});

race("law 23: a question is escalated by one of two sweeps, and an answer closes it for both", async (arena) => {
  const { servers, tenant, round, clock } = arena;
  const open = await ask(arena, { escalate: { after: ms(minuteMs), to: pia } });
  clock.advance(minuteMs);
  const paul = tenant.caller("human", "paul");
  const sweeping = (server: (typeof servers)[number]) => () => server.sweep(new AbortController().signal);
  const [, , answer] = await together(round, sweeping(servers[0]), sweeping(servers[1]), () =>
    servers[round % 2 === 0 ? 0 : 1].provideInput(paul, answering(open, "yes")),
  );
  done(answer);
  const asked = (await typesOf(arena, open.taskId)).filter((type) => type === ReceiptType.INPUT_REQUESTED);
  expect([1, 2]).toContain(asked.length);
  expect(await owed(arena)).toBe(0);
  await finish(arena);
});
