// Concurrent creations: one key or one request id makes one task, in any order and on any server.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { chainOf, granted as done } from "../helpers/ledger-scenario.ts";
import { type Arena, granted, race, together } from "../helpers/race.ts";

type Created = Awaited<ReturnType<typeof createIn>>[number];

function createIn(
  { agent }: Arena,
  server: Operations,
  request: MessageInitShape<typeof CreateTaskRequestSchema>,
  requestId = "",
) {
  return server.createTasks(agent, { tasks: [create(CreateTaskRequestSchema, { type: "t", ...request })], requestId });
}

async function expectOneTask(arena: Arena, answers: readonly Created[]): Promise<void> {
  const created = answers.map((answer) => done(answer));
  expect(new Set(created.map(({ task }) => task.taskId)).size).toBe(1);
  expect(new Set(created.map(({ assignedReceiptId }) => assignedReceiptId)).size).toBe(1);
  const chain = await chainOf(arena, created[0]?.task.taskId ?? "");
  expect(chain.map(({ type }) => type)).toEqual([ReceiptType.TASK_ASSIGNED]);
}

race("law 5: concurrent creations with one key make one task, and all but one find it", async (arena) => {
  const idempotencyKey = `k${arena.round}`;
  const [one, other] = arena.servers;
  const answers = await together(
    arena.round,
    ...[one, other, one, other].map((server) => () => createIn(arena, server, { idempotencyKey })),
  );
  const created = answers.flat();
  await expectOneTask(arena, created);
  expect(created.filter((answer) => !done(answer).existed)).toHaveLength(1);
});

race("law 5: concurrent creations with one request id make one task, and all are answered with it", async (arena) => {
  const requestId = `r${arena.round}`;
  const [one, other] = arena.servers;
  const answers = await together(
    arena.round,
    ...[one, other, one, other].map((server) => () => createIn(arena, server, {}, requestId)),
  );
  const created = answers.flat();
  await expectOneTask(arena, created);
  for (const answer of created) expect({ ...answer, existed: false }).toEqual({ ...created[0], existed: false });
});

race(
  "law 5: of two different concurrent creations with one key, one makes its task and the other is refused",
  async (arena) => {
    const idempotencyKey = `k${arena.round}`;
    const [one, other] = arena.servers;
    const answers = await together(
      arena.round,
      () => createIn(arena, one, { idempotencyKey, queue: "one" }),
      () => createIn(arena, other, { idempotencyKey, queue: "other" }),
    );
    expect(granted<object>(answers.flat())).toHaveLength(1);
    expect(answers.flat()).toContainEqual(expect.objectContaining({ reason: ErrorReason.IDEMPOTENCY_CONFLICT }));
  },
);

race(
  "law 5: batches that share keys in opposite order make each task once and never block each other",
  async (arena) => {
    const keys = Array.from({ length: 10 }, (_, index) => `k${arena.round}-${index}`);
    const batch = (server: Operations, ordered: readonly string[]) => () =>
      server.createTasks(arena.agent, {
        tasks: ordered.map((idempotencyKey) => create(CreateTaskRequestSchema, { type: "t", idempotencyKey })),
        requestId: "",
      });
    const [one, other] = arena.servers;
    const answers = await together(arena.round, batch(one, keys), batch(other, keys.toReversed()));
    const created = answers.flat().map((answer) => done(answer));
    expect(new Set(created.map(({ task }) => task.taskId)).size).toBe(keys.length);
    expect(created.filter(({ existed }) => !existed)).toHaveLength(keys.length);
  },
);
