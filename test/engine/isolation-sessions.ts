// The part of isolation.test.ts that is about sessions: seats, streams, and what a worker names of them.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type HelloSchema, WorkRequestSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Claimed } from "../../src/engine/claims/claim-tasks.ts";
import type { Operations, StreamContext } from "../../src/engine/index.ts";
import type { SessionEpoch } from "../../src/engine/sessions/heartbeats.ts";
import type { People } from "../helpers/ledger-scenario.ts";

/** Everything of a tenant that another could get hold of. */
export type Spoils = {
  readonly taskId: string;
  readonly heldTaskId: string;
  readonly receiptId: string;
  readonly anomalyId: string;
  readonly token: string;
  readonly leaseId: string;
  readonly sessionId: string;
  readonly resumeToken: string;
  readonly taskPage: string;
  readonly inboxPage: string;
  readonly chainPage: string;
  readonly ledgerPage: string;
  readonly cursor: string;
};

export type Probe = (operations: Operations, who: People & { readonly all: Caller }, of: Spoils) => Promise<unknown>[];
export const signal = () => new AbortController().signal;

export async function* once<Message>(message: Message): AsyncGenerator<Message> {
  yield message;
}

const sessionOf = ({ sessionId }: Spoils): SessionEpoch => ({ sessionId, epoch: 1, ttlMs: 60_000 });

/** Another's session is entered by its token, and named by its id where only this server's memory could name it. */
export const sessionProbes = {
  openWorkSession: (op, { worker }, { resumeToken, token }) =>
    [undefined, [], [token]].map(async (held) => {
      const opened = await op.openWorkSession(worker, { instance: "", ttlWishMs: undefined, resumeToken, held });
      const { resumed, leases, lost } = opened;
      return { resumed, leases, lost };
    }),
  keepWorkSession: (op, { worker }, of) => [
    op.keepWorkSession(worker, { session: sessionOf(of), reported: new Map() }),
  ],
  breakWorkSession: (op, { worker }, of) => [op.breakWorkSession(worker, sessionOf(of)).then(() => "said")],
  endWorkSession: (op, { worker }, of) => [
    op.endWorkSession(worker, { session: sessionOf(of), why: "" }).then(() => "said"),
  ],
  returnOffers: (op, { worker }, of) => [
    op.returnOffers(worker, {
      session: sessionOf(of),
      offers: [{ taskId: of.heldTaskId, leaseId: of.leaseId }],
      why: "",
    }),
  ],
  subscribe: (op, { worker }, of) => [sitOnce(op, worker, sessionOf(of))],
  acceptLeases: (op, { worker, all }, { token, sessionId }) =>
    [worker, all].map((who) => op.acceptLeases(who, { sessionId, tokens: [token] })),
  inspectLeases: (op, { worker }, { heldTaskId: taskId, leaseId, token }) => [
    op.inspectLeases(worker, [{ claim: { taskId, leaseId, fence: 1, worker: worker.principalText }, token }]),
  ],
  work: (op, { worker }, { token, resumeToken }) => [
    workOnce(op, worker, { resumeToken, held: { leaseTokens: [token] } }, token),
  ],
} satisfies Partial<Record<keyof Operations, Probe>>;

/** What a seat is granted by the one look that it waits for. */
async function sitOnce(operations: Operations, caller: Caller, session: SessionEpoch) {
  const claimed: Claimed[] = [];
  const kind = { queues: [], acceptTypes: [], capabilities: [] };
  const seat = operations.subscribe({ caller, kind, instance: "", session, granted: (one) => claimed.push(one) });
  seat.credit(1);
  await seat.leave();
  return claimed;
}

/** All that a stream says to a worker that names a lease and a session, but for the session's own id and token. */
async function workOnce(
  operations: Operations,
  caller: Caller,
  hello: MessageInitShape<typeof HelloSchema>,
  leaseToken: string,
) {
  const release = { leaseToken };
  const frame = create(WorkRequestSchema, { hello, accepts: [release], declines: [release], releases: [release] });
  const door: StreamContext = {
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
  const said: unknown[] = [];
  for await (const { welcome, settled, lost, offers } of operations.work(caller, once(frame), door)) {
    if (welcome) said.push({ resumed: welcome.resumed, leases: welcome.leases });
    said.push(...settled, ...lost, ...offers);
  }
  return said;
}
