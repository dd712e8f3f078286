// The part of isolation.test.ts about sessions: subscriptions, streams, and the ids and tokens that workers send.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type HelloSchema, WorkRequestSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { Refused } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { ClaimResult } from "../../src/engine/claims/claim.ts";
import type { Operations, StreamContext } from "../../src/engine/index.ts";
import type { SessionEpoch } from "../../src/engine/sessions/heartbeats.ts";
import type { People } from "../helpers/ledger-scenario.ts";

/** Every id and token of a tenant that another tenant could obtain. */
export type Ids = {
  readonly taskId: string;
  readonly heldTaskId: string;
  readonly receiptId: string;
  readonly anomalyId: string;
  readonly token: string;
  readonly leaseId: string;
  readonly sessionId: string;
  readonly resumeToken: string;
  readonly agentSessionId: string;
  readonly taskPage: string;
  readonly inboxPage: string;
  readonly chainPage: string;
  readonly ledgerPage: string;
  readonly cursor: string;
  readonly enrollmentId: string;
  readonly configVersion: string;
  readonly rolloutId: string;
};

export type Probe = (operations: Operations, people: People & { readonly all: Caller }, of: Ids) => Promise<unknown>[];
export const signal = () => new AbortController().signal;

export async function* once<Message>(message: Message): AsyncGenerator<Message> {
  yield message;
}

/** The first message of a stream, or its refusal. */
export async function firstOf<Answer>(answers: AsyncIterable<Answer>): Promise<unknown> {
  try {
    for await (const answer of answers) return answer;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  return "the stream ended";
}

const sessionOf = ({ sessionId }: Ids): SessionEpoch => ({ sessionId, epoch: 1, ttlMs: 60_000 });

/** A worker as it opens a session. */
export const newcomer = {
  instance: "",
  kind: { queues: ["default"], acceptTypes: [], capabilities: [] },
  ttlWishMs: undefined,
  agentSessionId: "",
};

/** A foreign session is resumed by its token; its id is used where only the memory of a server would have it. */
export const sessionProbes = {
  openWorkSession: (op, { worker }, { resumeToken, token, agentSessionId }) => [
    ...[undefined, [], [token]].map(async (held) => {
      const opened = await op.openWorkSession(worker, { ...newcomer, resumeToken, held });
      const { resumed, leases, lost } = opened;
      return { resumed, leases, lost };
    }),
    op.openWorkSession(worker, { ...newcomer, resumeToken, held: undefined, agentSessionId }).then(() => "opened"),
  ],
  keepWorkSession: (op, { worker }, of) => [
    op.keepWorkSession(worker, { session: sessionOf(of), reported: new Map() }),
  ],
  breakWorkSession: (op, { worker }, of) => [op.breakWorkSession(worker, sessionOf(of)).then(() => "done")],
  endWorkSession: (op, { worker }, of) => [
    op.endWorkSession(worker, { session: sessionOf(of), why: "" }).then(() => "done"),
  ],
  returnOffers: (op, { worker }, of) => [
    op.returnOffers(worker, {
      session: sessionOf(of),
      offers: [{ taskId: of.heldTaskId, leaseId: of.leaseId }],
      why: "",
    }),
  ],
  subscribe: (op, { worker }, of) => [subscribeOnce(op, worker, sessionOf(of))],
  acceptLeases: (op, { worker, all }, { token, sessionId }) =>
    [worker, all].map((caller) => op.acceptLeases(caller, { sessionId, tokens: [token] })),
  inspectLeases: (op, { worker }, { heldTaskId: taskId, leaseId, token }) => [
    op.inspectLeases(worker, [{ claim: { taskId, leaseId, fence: 1, worker: worker.principalText }, token }]),
  ],
  work: (op, { worker }, { token, resumeToken }) => [
    workOnce(op, worker, { resumeToken, held: { leaseTokens: [token] } }, token),
  ],
} satisfies Partial<Record<keyof Operations, Probe>>;

/** What a subscription is granted by one fetch. */
async function subscribeOnce(operations: Operations, caller: Caller, session: SessionEpoch) {
  const claimed: ClaimResult[] = [];
  const kind = { queues: [], acceptTypes: [], capabilities: [] };
  const subscription = operations.subscribe({
    caller,
    kind,
    instance: "",
    session,
    onGranted: (one) => claimed.push(one),
  });
  subscription.credit(1);
  await subscription.leave();
  return claimed;
}

/** What a stream sends to a worker that names a lease and a session, except its own session's id and token. */
async function workOnce(
  operations: Operations,
  caller: Caller,
  hello: MessageInitShape<typeof HelloSchema>,
  leaseToken: string,
) {
  const release = { leaseToken };
  const frame = create(WorkRequestSchema, { hello, accepts: [release], declines: [release], releases: [release] });
  const context: StreamContext = {
    signal: signal(),
    draining: signal(),
    callId: "",
    shutdownWithinMs: () => 0,
    check: () => undefined,
    isAllowed: async () => true,
    cut: () => {},
    count: () => {},
    report(error) {
      throw error;
    },
  };
  const sent: unknown[] = [];
  for await (const { welcome, settled, lost, offers } of operations.work(caller, once(frame), context)) {
    if (welcome) sent.push({ resumed: welcome.resumed, leases: welcome.leases });
    sent.push(...settled, ...lost, ...offers);
  }
  return sent;
}
