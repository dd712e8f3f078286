// The wall between tenants: each operation is asked with another tenant's ids and tokens, and answers as if they were
// nowhere. A new operation fails here until it says how it is asked.
import { create, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  KeepLeasesRequestSchema,
  ReleaseLeaseRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  ListOpenObligationsRequestSchema,
  WatchOpenObligationsRequestSchema,
} from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AcknowledgeReceiptRequestSchema,
  AppendReceiptRequestSchema,
  CheckTerminationRequestSchema,
  ListReceiptsRequestSchema,
  TraceReceiptRequestSchema,
  VerifyLedgerRequestSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import {
  CancelTaskRequestSchema,
  CreateTaskRequestSchema,
  ListTasksRequestSchema,
  WatchTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { methods } from "../../src/build/generate-docs-contract.ts";
import { durationOfMs } from "../../src/core/duration.ts";
import { Refused } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import {
  artifact,
  claim,
  complete,
  granted,
  hand,
  openScene,
  outcome,
  type People,
  peopleOf,
  readTables,
  type Scene,
} from "../helpers/ledger-scenario.ts";
import { once, type Probe, type Spoils, sessionProbes, signal } from "./isolation-sessions.ts";

const canary = "canary-of-the-first-tenant";
const key = "the-same-key-in-both";

/** A tenant with something in every place, all of it marked. */
async function furnish(scene: Scene): Promise<Spoils> {
  const { operations, agent, worker, operator } = scene;
  const marked = {
    type: canary,
    labels: { [canary]: canary },
    payload: { content: { case: "json" as const, value: JSON.stringify(canary) } },
    idempotencyKey: key,
  };
  const ended = await hand(scene, marked);
  const claimMarked = create(ClaimTasksRequestSchema, { instance: canary, requestId: key });
  const [first] = granted(await operations.claimTasks(worker, claimMarked));
  const done = granted(await complete(scene, { token: first?.lease.token ?? "" }, {}));
  const held = await hand(scene, { ...marked, idempotencyKey: "" });
  const { token, leaseId } = await claim(scene);
  const hello = { instance: canary, ttlWishMs: undefined, resumeToken: "", held: [token] };
  const opened = await operations.openWorkSession(worker, hello);
  for (let count = 0; count < 3; count += 1) await hand(scene, { type: canary });
  const tasks = granted(await operations.listTasks(agent, create(ListTasksRequestSchema, { pageSize: 1 })));
  const inbox = granted(await operations.listReceipts(agent, create(ListReceiptsRequestSchema, { pageSize: 1 })));
  const chain = granted(
    await operations.listReceipts(agent, create(ListReceiptsRequestSchema, { taskId: ended.taskId, pageSize: 1 })),
  );
  const ledger = granted(await operations.verifyLedger(operator, create(VerifyLedgerRequestSchema, { pageSize: 1 })));
  const open = granted(
    await operations.listOpenObligations(agent, create(ListOpenObligationsRequestSchema, { pageSize: 1 })),
  );
  return {
    taskId: ended.taskId,
    heldTaskId: held.taskId,
    receiptId: ended.assignedReceiptId,
    anomalyId: done.anomalyReceiptId,
    token,
    leaseId,
    sessionId: opened.session.sessionId,
    resumeToken: opened.resumeToken,
    taskPage: tasks.nextPageToken,
    inboxPage: inbox.nextPageToken,
    chainPage: chain.nextPageToken,
    ledgerPage: ledger.nextPageToken,
    cursor: open.cursor,
  };
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const nowhere = "01900000-0000-7000-8000-000000000000";

/** The same sort of things, of nobody: ids that do not exist, tokens that were not granted, pages after such an id. */
function nothing(spoils: Spoils): Spoils {
  const page = (token: string) => {
    const text = Buffer.from(token, "base64url").toString("utf8").replaceAll(uuids, nowhere);
    return Buffer.from(text, "utf8").toString("base64url");
  };
  return {
    taskId: nowhere,
    heldTaskId: nowhere,
    receiptId: nowhere,
    anomalyId: nowhere,
    token: `agl1_${"A".repeat(spoils.token.length - 5)}`,
    leaseId: nowhere,
    sessionId: nowhere,
    resumeToken: `agr1_${"A".repeat(spoils.resumeToken.length - 5)}`,
    taskPage: page(spoils.taskPage),
    inboxPage: page(spoils.inboxPage),
    chainPage: spoils.chainPage,
    ledgerPage: page(spoils.ledgerPage),
    cursor: page(spoils.cursor),
  };
}

/** The first word of a stream, or its refusal. */
async function firstOf<Answer>(answers: AsyncIterable<Answer>): Promise<unknown> {
  try {
    for await (const answer of answers) return answer;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  return "the stream ended";
}

const leaseProbes = {
  renewLeases: (op, { worker, all }, { token }) =>
    [worker, all].map((who) => op.renewLeases(who, create(RenewLeasesRequestSchema, { leaseTokens: [token] }))),
  keepLeases: (op, { worker }, { token }) => [
    firstOf(op.keepLeases(worker, once(create(KeepLeasesRequestSchema, { keep: { leaseTokens: [token] } })))),
  ],
  startTasks: (op, { worker, all }, { token: leaseToken }) =>
    [worker, all].map((who) => op.startTasks(who, [create(StartTaskRequestSchema, { leaseToken })])),
  reportProgress: (op, { worker }, { token: leaseToken }) => [
    op.reportProgress(worker, [create(ReportProgressRequestSchema, { leaseToken })]),
  ],
  completeTasks: (op, { worker, all }, { token: leaseToken, heldTaskId: taskId }) => [
    op.completeTasks(worker, [create(CompleteTaskRequestSchema, { leaseToken, artifacts: [artifact] })]),
    op.completeTasks(all, [create(CompleteTaskRequestSchema, { leaseToken, taskId })]),
  ],
  failTasks: (op, { worker }, { token: leaseToken }) => [
    op.failTasks(worker, [create(FailTaskRequestSchema, { leaseToken, error: { type: "x" } })]),
  ],
  releaseLeases: (op, { worker }, { token: leaseToken }) => [
    op.releaseLeases(worker, [create(ReleaseLeaseRequestSchema, { leaseToken })]),
  ],
} satisfies Partial<Record<keyof Operations, Probe>>;

const taskProbes = {
  createTasks: (op, { agent, all }, { receiptId, taskId }) =>
    [agent, all].flatMap((who) => [
      op.createTasks(who, {
        tasks: [create(CreateTaskRequestSchema, { type: "t", parentReceipts: [receiptId] })],
        requestId: "",
      }),
      op.createTasks(who, {
        tasks: [create(CreateTaskRequestSchema, { type: "t", redriveOf: taskId })],
        requestId: "",
      }),
    ]),
  getTask: (op, { agent, all }, { taskId }) => [op.getTask(agent, { taskId }), op.getTask(all, { taskId })],
  listTasks: (op, { agent, all }, { taskPage: pageToken }) =>
    [agent, all].map((who) => op.listTasks(who, create(ListTasksRequestSchema, { pageToken }))),
  cancelTask: (op, { agent, all }, { heldTaskId, taskId }) => [
    op.cancelTask(agent, create(CancelTaskRequestSchema, { taskId: heldTaskId })),
    op.cancelTask(all, create(CancelTaskRequestSchema, { taskId })),
  ],
  awaitTask: (op, { agent, all }, { taskId }) =>
    [agent, all].map((who) => op.awaitTask(who, { taskId, wait: durationOfMs(10_000) }, signal())),
  watchTask: (op, { agent, all }, { taskId }) =>
    [agent, all].map((who) => firstOf(op.watchTask(who, create(WatchTaskRequestSchema, { taskId }), signal()))),
} satisfies Partial<Record<keyof Operations, Probe>>;

const receiptProbes = {
  getReceipt: (op, { agent, all }, { receiptId }) => [
    op.getReceipt(agent, { receiptId }),
    op.getReceipt(all, { receiptId }),
  ],
  listReceipts: (op, { agent, all }, { taskId, inboxPage, chainPage }) => [
    ...[agent, all].map((who) => op.listReceipts(who, create(ListReceiptsRequestSchema, { taskId }))),
    op.listReceipts(agent, create(ListReceiptsRequestSchema, { pageToken: inboxPage })),
    op.listReceipts(agent, create(ListReceiptsRequestSchema, { pageToken: chainPage })),
  ],
  acknowledgeReceipt: (op, { agent, all }, { anomalyId: receiptId }) =>
    [agent, all].map((who) => op.acknowledgeReceipt(who, create(AcknowledgeReceiptRequestSchema, { receiptId }))),
  appendReceipt: (op, { agent, worker, operator }, { receiptId, taskId }) => [
    ...[agent, worker, operator].flatMap((who) =>
      [{ parents: [receiptId] }, { parents: [receiptId], taskId }, { taskId }].map((request) =>
        op.appendReceipt(
          who,
          create(AppendReceiptRequestSchema, { type: ReceiptType.TASK_COMPLETED, artifacts: [artifact], ...request }),
        ),
      ),
    ),
    ...[{ taskId }, { parents: [receiptId] }].map((request) =>
      op.appendReceipt(
        operator,
        create(AppendReceiptRequestSchema, { type: ReceiptType.SYSTEM_ANOMALY, anomaly: {}, ...request }),
      ),
    ),
  ],
  checkTermination: (op, { agent, all }, { receiptId: parentReceiptId }) =>
    [agent, all].map((who) => op.checkTermination(who, create(CheckTerminationRequestSchema, { parentReceiptId }))),
  traceReceipt: (op, { agent, all }, { receiptId }) =>
    [agent, all].map((who) => op.traceReceipt(who, create(TraceReceiptRequestSchema, { receiptId }))),
  verifyLedger: (op, { all }, { taskId, ledgerPage: pageToken }) => [
    op.verifyLedger(all, create(VerifyLedgerRequestSchema, { taskId })),
    op.verifyLedger(all, create(VerifyLedgerRequestSchema, { pageToken })),
  ],
  listOpenObligations: (op, { agent, all }, { cursor }) => [
    op.listOpenObligations(agent, create(ListOpenObligationsRequestSchema, { cursor })),
    op.listOpenObligations(all, create(ListOpenObligationsRequestSchema, { cursor, principal: agent.principal })),
  ],
  explainObligation: (op, { agent, all }, { receiptId }) =>
    [agent, all].map((who) => op.explainObligation(who, { receiptId })),
} satisfies Partial<Record<keyof Operations, Probe>>;

/** Asked with nothing that could be another's but names and keys, which both tenants use. */
const plainProbes = {
  claimTasks: (op, { worker }) => [op.claimTasks(worker, create(ClaimTasksRequestSchema, { requestId: key }))],
  claimTasksWaiting: (op, { worker }) => [
    op.claimTasksWaiting(worker, create(ClaimTasksRequestSchema, { requestId: key }), signal()),
  ],
  watchOpenObligations: (op, { agent, all }) =>
    [{}, { principal: agent.principal }].map((request) =>
      firstOf(op.watchOpenObligations(all, create(WatchOpenObligationsRequestSchema, request), signal())),
    ),
  bootstrap: (op, { agent, all }) => [op.bootstrap(agent), op.bootstrap(all)],
} satisfies Partial<Record<keyof Operations, Probe>>;

/** Text fields that cannot name a thing of another tenant: each tenant has its own queues and request ids. */
const ownNames = new Set(["queue", "reason", "request_id"]);

function namesNothing({ fields }: DescMessage): boolean {
  return fields.every((field) =>
    field.fieldKind === "scalar" && field.scalar === ScalarType.STRING
      ? ownNames.has(field.name)
      : field.fieldKind !== "message" && field.fieldKind !== "list" && field.fieldKind !== "map",
  );
}

/** Unary methods of tenants whose requests can name nothing of another tenant are probed with an empty request. */
const emptyProbes: Partial<Record<keyof Operations, Probe>> = Object.fromEntries(
  methods
    .filter(({ methodKind, input, parent }) => {
      return methodKind === "unary" && parent.name !== "AdminService" && namesNothing(input);
    })
    .map(({ localName, input }) => {
      type Unary = Readonly<Record<string, (caller: Caller, request: unknown) => Promise<unknown>>>;
      const probe: Probe = (op, { agent, all }) =>
        [agent, all].flatMap((who) => (op as unknown as Unary)[localName]?.(who, create(input)) ?? []);
      return [localName, probe];
    }),
);

const probes: Partial<Record<keyof Operations, Probe>> = {
  ...emptyProbes,
  ...leaseProbes,
  ...sessionProbes,
  ...taskProbes,
  ...receiptProbes,
  ...plainProbes,
};

/** These are no tenant's: nobody can ask for them from outside, or they decide who the tenant is. */
const ofNoTenant = [
  ...["dropExpired", "authenticate", "recognize", "hasCredential", "auditRefusal", "sweep", "makeDevTenant"],
  ...["makePartitions", "readiness", "workEnded", "pollWaits"],
];

/** These are about tenants, and reached with the role of administrators alone: test/rpc/services/roles.test.ts. */
const ofAdministrators = [
  ...["createTenant", "listTenants", "updateTenant", "suspendTenant", "resumeTenant"],
  ...["createApiKey", "listApiKeys", "revokeApiKey", "listPrincipals", "listAuditRecords"],
];

function asText(answer: unknown): string {
  return JSON.stringify(answer, (_name, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
}

async function twoTenants() {
  const scene = await openScene();
  const { tenantId } = scene.tenant;
  const spoils = await furnish(scene);
  const tenant = await scene.makeTenant();
  const people = peopleOf(tenant);
  const rowsOf = async () =>
    Object.entries(await readTables(scene.database.databaseUrl)).map(([table, rows]) => [
      table,
      rows.filter((row) => row.includes(tenantId)),
    ]);
  const secrets = new Set(asText(await rowsOf()).match(uuids));
  return { scene, spoils, who: { ...people, all: people.operator }, rowsOf, secrets };
}

async function askAll(operations: Operations, who: People & { all: Caller }, of: Spoils) {
  const answers: Record<string, string[]> = {};
  for (const [name, probe] of Object.entries(probes)) {
    answers[name] = [];
    for (const answer of await Promise.all(probe(operations, who, of).map(outcome))) answers[name].push(asText(answer));
  }
  return answers;
}

/** What another tenant sent itself may come back to it. */
function withoutOwn(text: string, of: Spoils): string {
  let rest = text.replaceAll(of.token, "TOKEN");
  for (const id of [of.taskId, of.heldTaskId, of.leaseId, of.receiptId, of.anomalyId]) rest = rest.replaceAll(id, "ID");
  return rest;
}

test("law 17: each operation is asked here, or is no tenant's", async () => {
  const { operations } = await openScene();
  expect([...Object.keys(probes), ...ofNoTenant, ...ofAdministrators].sort()).toEqual(Object.keys(operations).sort());
});

test("law 17: with another tenant's ids and tokens each operation answers as for what is nowhere", async () => {
  const { scene, spoils, who, rowsOf } = await twoTenants();
  const before = await rowsOf();
  const foreign = await askAll(scene.operations, who, spoils);
  const none = nothing(spoils);
  const unknown = await askAll(scene.operations, who, none);
  for (const name of Object.keys(probes)) {
    const ofForeign = foreign[name]?.map((text) => withoutOwn(text, spoils));
    expect(ofForeign, name).toEqual(unknown[name]?.map((text) => withoutOwn(text, none)));
  }
  expect(await rowsOf()).toEqual(before);
});

test("law 17: no answer has a byte of another tenant, whatever the asker has of its own", async () => {
  const { scene, spoils, who, rowsOf, secrets } = await twoTenants();
  const own: Scene = { ...scene, ...who };
  await hand(own, { type: "own" });
  granted(await complete(own, await claim(own), {}));
  await hand(own, { type: "own" });
  const before = await rowsOf();
  for (const [name, texts] of Object.entries(await askAll(scene.operations, who, spoils))) {
    for (const text of texts) {
      const rest = withoutOwn(text, spoils);
      expect(rest, name).not.toContain(canary);
      expect(rest.match(uuids)?.filter((id) => secrets.has(id)) ?? [], name).toEqual([]);
    }
  }
  expect(await rowsOf()).toEqual(before);
});

test("law 17: the control: the owner of those ids and tokens gets what they stand for", async () => {
  const { scene, spoils } = await twoTenants();
  const { operations, agent, worker } = scene;
  expect(asText(await operations.getTask(agent, { taskId: spoils.taskId }))).toContain(canary);
  expect(asText(await operations.getReceipt(agent, { receiptId: spoils.receiptId }))).toContain(canary);
  const more = await operations.listTasks(agent, create(ListTasksRequestSchema, { pageToken: spoils.taskPage }));
  expect(asText(more)).toContain(canary);
  const [started] = await operations.startTasks(worker, [create(StartTaskRequestSchema, { leaseToken: spoils.token })]);
  expect(granted(started).receiptId).not.toBe("");
});

test("law 17: one idempotency key and one request id in two tenants are two", async () => {
  const { scene, who, spoils } = await twoTenants();
  const own: Scene = { ...scene, ...who };
  const { taskId } = await hand(own, { type: "own", idempotencyKey: key });
  expect(taskId).not.toBe(spoils.taskId);
  const [leased] = granted(
    await scene.operations.claimTasks(who.worker, create(ClaimTasksRequestSchema, { requestId: key })),
  );
  expect(leased?.task.taskId).toBe(taskId);
});
