// PauseQueue and ResumeQueue. A queue is paused in the transaction that says so: it waits for grants that are under
// way, on every server, and those that come later see the pause. Decision 0026.

import {
  type PauseQueueRequest,
  PauseQueueRequestSchema,
  QueueService,
  type ResumeQueueRequest,
  ResumeQueueRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import type { Pause } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { deletePausedQueue, insertPausedQueue, lockPausedQueues, readPausedQueue } from "../../store/pause.sql.gen.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Engine } from "../engine.ts";
import { topics } from "../runtime/wakeups.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assemblePause } from "../views/assemble-task.ts";
import type { Operator } from "./operator.ts";

export async function pauseQueue(
  engine: Engine,
  operator: Operator,
  request: PauseQueueRequest,
): Promise<{ pause?: Pause }> {
  const { tenantId, principalText: principal } = operator;
  const { queue, reason, requestId } = request;
  const digest = () => requestDigest(PauseQueueRequestSchema, request);
  const act: Act = { method: QueueService.method.pauseQueue, requestId, digest };
  const deed = { tenantId, subject: queue, note: reason };
  return await administer<{ pause?: Pause }>(engine, operator, act, async (tx, said) => {
    await lockPausedQueues(tx, { tenantId });
    const earlier = await readPausedQueue(tx, { tenantId, queue });
    if (earlier) return { answer: { pause: assemblePause(earlier) }, deed };
    if (said) return { answer: {}, deed };
    const pauseTime = tx.now;
    await insertPausedQueue(tx, { tenantId, queue, pauseTime, principal, reason });
    tx.afterCommit(() => engine.knownPauses.note(tenantId, [queue]));
    return { answer: { pause: assemblePause({ pauseTime, principal, reason }) }, deed };
  });
}

export async function resumeQueue(
  engine: Engine,
  operator: Operator,
  request: ResumeQueueRequest,
): Promise<{ ended?: Pause }> {
  const { tenantId } = operator;
  const { queue, reason, requestId } = request;
  const digest = () => requestDigest(ResumeQueueRequestSchema, request);
  const act: Act = { method: QueueService.method.resumeQueue, requestId, digest };
  const deed = { tenantId, subject: queue, note: reason };
  return await administer<{ ended?: Pause }>(engine, operator, act, async (tx, said) => {
    await lockPausedQueues(tx, { tenantId });
    // A repeated call resumes nothing that has been paused again since.
    const earlier = said ? undefined : await readPausedQueue(tx, { tenantId, queue });
    if (!earlier) return { answer: {}, deed };
    await deletePausedQueue(tx, { tenantId, queue });
    tx.afterCommit(() => {
      engine.knownPauses.forget(tenantId, queue);
      engine.wakeups.wake(topics.queue(tenantId, queue));
    });
    return { answer: { ended: assemblePause(earlier) }, deed };
  });
}
