// The isolation of tenants: each operation is called with another tenant's ids and tokens, and answers as if they did
// not exist. A new operation fails here until it has a probe.
import { create, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  HandOffRequestSchema,
  KeepLeasesRequestSchema,
  ReleaseLeaseRequestSchema,
  RenewLeasesRequestSchema,
  ReportProgressRequestSchema,
  StartTaskRequestSchema,
  SuspendTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  ListOpenObligationsRequestSchema,
  WatchOpenObligationsRequestSchema,
} from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import {
  ListReceiptsRequestSchema,
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
import { onTask, waitFor } from "../helpers/scenario.ts";
import { openMarkedSession, registerMarked } from "./isolation-agents.ts";
import { putting } from "./isolation-machines.ts";
import { registerMarkedNode } from "./isolation-nodes.ts";
import { otherProbes } from "./isolation-others.ts";
import { outputProbes, printing } from "./isolation-output.ts";
import { receiptProbes } from "./isolation-receipts.ts";
import { startMarkedRollout } from "./isolation-rollouts.ts";
import { firstOf, type Ids, newcomer, once, type Probe, sessionProbes, signal } from "./isolation-sessions.ts";

const canary = "canary-of-the-first-tenant";
const key = "the-same-key-in-both";
const name = "a-name-in-one";

/** Fills a tenant with something of every kind, all of it marked. */
async function fillTenant(scene: Scene): Promise<Ids> {
  const { operations, agent, worker, operator } = scene;
  const marked = {
    type: canary,
    labels: { [canary]: canary },
    payload: { content: { case: "json" as const, value: JSON.stringify(canary) } },
    idempotencyKey: key,
  };
  const ended = await hand(scene, marked);
  await registerMarked(scene, canary);
  const ofNode = await registerMarkedNode(scene, canary);
  const ofRollout = await startMarkedRollout(scene, canary);
  const claimMarked = create(ClaimTasksRequestSchema, { instance: canary, requestId: key });
  const [first] = granted(await operations.claimTasks(worker, claimMarked));
  const done = granted(await complete(scene, { token: first?.lease.token ?? "" }, {}));
  const held = await hand(scene, { ...marked, idempotencyKey: "", name, scopes: [{ resource: `repo:${canary}` }] });
  const { token, leaseId } = await claim(scene);
  granted((await operations.appendOutputs(worker, [printing(token, canary)]))[0]);
  const hello = { ...newcomer, instance: canary, resumeToken: "", held: [token] };
  const opened = await operations.openWorkSession(worker, hello);
  await operations.putMachine(agent, putting(canary));
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
    agentSessionId: await openMarkedSession(scene, canary),
    taskPage: tasks.nextPageToken,
    inboxPage: inbox.nextPageToken,
    chainPage: chain.nextPageToken,
    ledgerPage: ledger.nextPageToken,
    cursor: open.cursor,
    ...ofNode,
    ...ofRollout,
  };
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const nowhere = "01900000-0000-7000-8000-000000000000";

/** Ids and tokens of the same form that exist nowhere: unknown ids, tokens never granted, pages after an unknown id. */
function unknownIds(ids: Ids): Ids {
  const page = (token: string) => {
    const text = Buffer.from(token, "base64url").toString("utf8").replaceAll(uuids, nowhere);
    return Buffer.from(text, "utf8").toString("base64url");
  };
  return {
    taskId: nowhere,
    heldTaskId: nowhere,
    receiptId: nowhere,
    anomalyId: nowhere,
    token: `agl1_${"A".repeat(ids.token.length - 5)}`,
    leaseId: nowhere,
    sessionId: nowhere,
    agentSessionId: nowhere,
    resumeToken: `agr1_${"A".repeat(ids.resumeToken.length - 5)}`,
    taskPage: page(ids.taskPage),
    inboxPage: page(ids.inboxPage),
    chainPage: ids.chainPage,
    ledgerPage: page(ids.ledgerPage),
    cursor: page(ids.cursor),
    enrollmentId: nowhere,
    configVersion: nowhere,
    rolloutId: nowhere,
  };
}

const leaseProbes = {
  renewLeases: (op, { worker, all }, { token }) =>
    [worker, all].map((caller) => op.renewLeases(caller, create(RenewLeasesRequestSchema, { leaseTokens: [token] }))),
  keepLeases: (op, { worker }, { token }) => [
    firstOf(op.keepLeases(worker, once(create(KeepLeasesRequestSchema, { keep: { leaseTokens: [token] } })))),
  ],
  startTasks: (op, { worker, all }, { token: leaseToken }) =>
    [worker, all].map((caller) => op.startTasks(caller, [create(StartTaskRequestSchema, { leaseToken })])),
  reportProgress: (op, { worker }, { token: leaseToken }) => [
    op.reportProgress(worker, [create(ReportProgressRequestSchema, { leaseToken })]),
  ],
  completeTasks: (op, { worker, all }, { token: leaseToken, heldTaskId: taskId }) => [
    op.completeTasks(worker, [create(CompleteTaskRequestSchema, { leaseToken, artifacts: [artifact] })]),
    op.completeTasks(all, [create(CompleteTaskRequestSchema, { leaseToken, taskId })]),
    op.completeTasks(all, [create(CompleteTaskRequestSchema, { leaseToken, next: [{ type: "t" }] })]),
  ],
  failTasks: (op, { worker }, { token: leaseToken }) => [
    op.failTasks(worker, [create(FailTaskRequestSchema, { leaseToken, error: { type: "x" } })]),
  ],
  releaseLeases: (op, { worker }, { token: leaseToken }) => [
    op.releaseLeases(worker, [create(ReleaseLeaseRequestSchema, { leaseToken })]),
  ],
  handOffs: (op, { worker }, { token: leaseToken }) => [
    op.handOffs(worker, [create(HandOffRequestSchema, { leaseToken, to: { queue: "q" } })]),
  ],
  suspendTasks(op, { worker, all }, { token: leaseToken, taskId }) {
    const init = { leaseToken, wait: waitFor(onTask(taskId)) };
    return [
      op.suspendTasks(worker, [create(SuspendTaskRequestSchema, init)]),
      op.suspendTasks(all, [create(SuspendTaskRequestSchema, { ...init, create: [{ task: { type: "t" } }] })]),
    ];
  },
} satisfies Partial<Record<keyof Operations, Probe>>;

const taskProbes = {
  createTasks(op, { agent, all }, { receiptId, taskId, token }) {
    const wait = waitFor(onTask(taskId));
    const inits = [{ parentReceipts: [receiptId] }, { redriveOf: taskId }, { wait }, { under: token }];
    const requests = inits.map((init) => create(CreateTaskRequestSchema, { type: "t", ...init }));
    return [agent, all].flatMap((caller) =>
      requests.map((request) => op.createTasks(caller, { tasks: [request], requestId: "" })),
    );
  },
  getTaskTree: (op, { agent, all }, { taskId }) =>
    [agent, all].map((caller) => op.getTaskTree(caller, { taskId, most: 0 })),
  getTask: (op, { agent, all }, { taskId }) => [
    op.getTask(agent, { taskId }),
    op.getTask(all, { taskId }),
    op.getTask(all, { taskId: `name:${name}` }),
  ],
  listTasks: (op, { agent, all }, { taskPage: pageToken }) =>
    [agent, all].map((caller) => op.listTasks(caller, create(ListTasksRequestSchema, { pageToken }))),
  cancelTask: (op, { agent, all }, { heldTaskId, taskId }) => [
    op.cancelTask(all, create(CancelTaskRequestSchema, { taskId: `name:${name}` })),
    op.cancelTask(agent, create(CancelTaskRequestSchema, { taskId: heldTaskId })),
    op.cancelTask(all, create(CancelTaskRequestSchema, { taskId })),
  ],
  awaitTask: (op, { agent, all }, { taskId }) =>
    [agent, all].map((caller) => op.awaitTask(caller, { taskId, wait: durationOfMs(10_000) }, signal())),
  watchTask: (op, { agent, all }, { taskId }) =>
    [agent, all].map((caller) => firstOf(op.watchTask(caller, create(WatchTaskRequestSchema, { taskId }), signal()))),
} satisfies Partial<Record<keyof Operations, Probe>>;

/** Requests without ids of another tenant: only names and keys, which both tenants use. */
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
        [agent, all].flatMap((caller) => (op as unknown as Unary)[localName]?.(caller, create(input)) ?? []);
      return [localName, probe];
    }),
);

const probes: Partial<Record<keyof Operations, Probe>> = {
  ...emptyProbes,
  ...leaseProbes,
  ...outputProbes,
  ...sessionProbes,
  ...taskProbes,
  ...receiptProbes,
  ...plainProbes,
  ...otherProbes,
};

/** Operations without a tenant: no caller reaches them from outside, or they decide which tenant it is. */
const ofNoTenant = [
  ...["dropExpired", "authenticate", "recognize", "hasCredential", "auditRefusal", "sweep", "makeDevTenant"],
  ...["makePartitions", "readiness", "workEnded", "pollWaits", "onLeftover", "onRecorded", "measureQueues"],
  ...["schedulerCallers", "runnerCallers", "onTaskStep"],
];

/** Operations on tenants, which only administrators may call: test/rpc/services/roles.test.ts. */
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
  const ids = await fillTenant(scene);
  const tenant = await scene.makeTenant();
  const people = peopleOf(tenant);
  const rowsOf = async () =>
    Object.entries(await readTables(scene.database.databaseUrl)).map(([table, rows]) => [
      table,
      rows.filter((row) => row.includes(tenantId)),
    ]);
  const secrets = new Set(asText(await rowsOf()).match(uuids));
  return { scene, ids, people: { ...people, all: people.operator }, rowsOf, secrets };
}

async function probeAll(operations: Operations, people: People & { all: Caller }, of: Ids) {
  const answers: Record<string, string[]> = {};
  for (const [name, probe] of Object.entries(probes)) {
    answers[name] = [];
    for (const answer of await Promise.all(probe(operations, people, of).map(outcome)))
      answers[name].push(asText(answer));
  }
  return answers;
}

/** Removes what the caller sent itself, which may come back to it. */
function withoutOwn(text: string, of: Ids): string {
  let rest = text.replaceAll(of.token, "TOKEN");
  const { taskId, heldTaskId, leaseId, receiptId, anomalyId, agentSessionId } = of;
  const { enrollmentId, configVersion, rolloutId } = of;
  const ofTasks = [taskId, heldTaskId, leaseId, receiptId, anomalyId, agentSessionId];
  for (const id of [...ofTasks, enrollmentId, configVersion, rolloutId]) rest = rest.replaceAll(id, "ID");
  return rest;
}

test("law 17: each operation has a probe, or is listed as one without a tenant", async () => {
  const { operations } = await openScene();
  expect([...Object.keys(probes), ...ofNoTenant, ...ofAdministrators].sort()).toEqual(Object.keys(operations).sort());
});

test("law 17: for another tenant's ids and tokens each operation answers as if they did not exist", async () => {
  const { scene, ids, people, rowsOf } = await twoTenants();
  const before = await rowsOf();
  const foreign = await probeAll(scene.operations, people, ids);
  const none = unknownIds(ids);
  const unknown = await probeAll(scene.operations, people, none);
  for (const name of Object.keys(probes)) {
    const ofForeign = foreign[name]?.map((text) => withoutOwn(text, ids));
    expect(ofForeign, name).toEqual(unknown[name]?.map((text) => withoutOwn(text, none)));
  }
  expect(await rowsOf()).toEqual(before);
});

test("law 17: no answer has a byte of another tenant, also when the caller has tasks of its own", async () => {
  const { scene, ids, people, rowsOf, secrets } = await twoTenants();
  const own: Scene = { ...scene, ...people };
  await hand(own, { type: "own" });
  granted(await complete(own, await claim(own), {}));
  await hand(own, { type: "own" });
  const before = await rowsOf();
  for (const [name, texts] of Object.entries(await probeAll(scene.operations, people, ids))) {
    for (const text of texts) {
      const rest = withoutOwn(text, ids);
      expect(rest, name).not.toContain(canary);
      expect(rest.match(uuids)?.filter((id) => secrets.has(id)) ?? [], name).toEqual([]);
    }
  }
  expect(await rowsOf()).toEqual(before);
});

test("law 17: control: the owner of those ids and tokens gets what they name", async () => {
  const { scene, ids } = await twoTenants();
  const { operations, agent, worker } = scene;
  expect(asText(await operations.getTask(agent, { taskId: ids.taskId }))).toContain(canary);
  expect(asText(await operations.getReceipt(agent, { receiptId: ids.receiptId }))).toContain(canary);
  const more = await operations.listTasks(agent, create(ListTasksRequestSchema, { pageToken: ids.taskPage }));
  expect(asText(more)).toContain(canary);
  const [started] = await operations.startTasks(worker, [create(StartTaskRequestSchema, { leaseToken: ids.token })]);
  expect(granted(started).receiptId).not.toBe("");
});

test("law 17: one idempotency key and one request id mean different tasks in two tenants", async () => {
  const { scene, people, ids } = await twoTenants();
  const own: Scene = { ...scene, ...people };
  const { taskId } = await hand(own, { type: "own", idempotencyKey: key });
  expect(taskId).not.toBe(ids.taskId);
  const [leased] = granted(
    await scene.operations.claimTasks(people.worker, create(ClaimTasksRequestSchema, { requestId: key })),
  );
  expect(leased?.task.taskId).toBe(taskId);
});
