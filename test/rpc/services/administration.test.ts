// Administration over the wire: each refusal leaves exactly one audit record, wherever on its way it is refused; a
// stream ends with the credential that opened it; and no secret gets into anything that is written down.
import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test, vi } from "vitest";
import { AdminService, type AuditRecord, Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorDetailSchema, ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readTables } from "../../helpers/ledger-scenario.ts";
import { patience } from "../../helpers/patience.ts";
import { bearer, openEngineServer } from "../engine-server.ts";
import { reasonOf } from "../reason-of.ts";

const nowhere = "01900000-0000-7000-8000-000000000000";

async function openAdmin() {
  const opened = await openEngineServer();
  const tenantId = await opened.makeTenant("acme");
  const key = await opened.makeKey(tenantId, Role.ADMIN, "ada");
  const transport = createGrpcTransport({ baseUrl: opened.url });
  const as = bearer(key);
  return { ...opened, tenantId, key, as, transport, admin: createClient(AdminService, transport) };
}

async function refusalsOf({ admin, as }: Awaited<ReturnType<typeof openAdmin>>): Promise<AuditRecord[]> {
  const { records } = await admin.listAuditRecords({ pageSize: 200 }, as);
  return records.filter(({ allowed }) => !allowed).reverse();
}

test("administrators work over the wire, and each call is on record with its peer and its call id", async () => {
  const opened = await openAdmin();
  const { admin, as, endpoint } = opened;
  const { tenant } = await admin.createTenant({ name: "beta", requestId: "r1" }, as);
  const line = await endpoint.logged(({ method }) => method === "asyncgate.v1.AdminService/CreateTenant");
  const { records } = await admin.listAuditRecords({ tenantId: tenant?.tenantId ?? "" }, as);
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    method: "asyncgate.v1.AdminService/CreateTenant",
    callId: line["call_id"],
    peer: line["peer"],
    keyId: line["key_id"],
    principal: { id: "ada" },
    requestId: "r1",
    allowed: true,
  });
});

test("each refusal leaves one record: at the gate, by the rules, by the operation, by the library", async () => {
  const opened = await openAdmin();
  const { admin, as, tenantId, url, key } = opened;
  const tasker = bearer(await opened.makeKey(tenantId, Role.OPERATOR, "olga"));
  expect(await reasonOf(admin.listTenants({}))).toBe(ErrorReason.UNAUTHENTICATED);
  expect(await reasonOf(admin.createTenant({ name: "x" }, tasker))).toBe(ErrorReason.PERMISSION_DENIED);
  expect(await reasonOf(admin.createTenant({ name: "NOT A NAME" }, as))).toBe(ErrorReason.INVALID_ARGUMENT);
  expect(await reasonOf(admin.createTenant({ name: "acme", requestId: "q1" }, as))).toBe(ErrorReason.TENANT_EXISTS);
  expect(await reasonOf(admin.suspendTenant({ tenantId: nowhere, reason: "why" }, as))).toBe(
    ErrorReason.TENANT_NOT_FOUND,
  );
  const malformed = await fetch(`${url}/asyncgate.v1.AdminService/CreateTenant`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: "{ this is no JSON",
  });
  expect(malformed.status).toBe(400);
  // What the library refuses is recorded while its answer is on the way.
  await vi.waitFor(async () => expect(await refusalsOf(opened)).toHaveLength(6), patience);
  const records = await refusalsOf(opened);
  expect(records.map(({ method, reason }) => [method.split("/")[1], reason])).toEqual([
    ["ListTenants", ErrorReason.UNAUTHENTICATED],
    ["CreateTenant", ErrorReason.PERMISSION_DENIED],
    ["CreateTenant", ErrorReason.INVALID_ARGUMENT],
    ["CreateTenant", ErrorReason.TENANT_EXISTS],
    ["SuspendTenant", ErrorReason.TENANT_NOT_FOUND],
    ["CreateTenant", ErrorReason.INVALID_ARGUMENT],
  ]);
  const [stranger, denied, broken, taken, unknown] = records;
  expect([stranger?.principal, stranger?.keyId]).toEqual([undefined, ""]);
  expect(denied).toMatchObject({ principal: { id: "olga" }, subject: "" });
  expect(broken).toMatchObject({ principal: { id: "ada" }, subject: "" });
  expect(taken).toMatchObject({ subject: "acme", requestId: "q1" });
  expect(unknown).toMatchObject({ tenantId: nowhere, note: "why" });
  for (const { callId, peer } of records) expect([callId === "", peer === ""]).toEqual([false, false]);
});

test("refusals of other services leave no record", async () => {
  const opened = await openAdmin();
  await reasonOf(createClient(TaskService, opened.transport).createTask({ type: "t" }, opened.as));
  expect(await refusalsOf(opened)).toEqual([]);
});

/** Reads a stream to its end; answers why it ended. */
async function endOf(stream: AsyncIterable<unknown>, onFirst: () => void): Promise<ErrorReason | undefined> {
  return await reasonOf(
    (async () => {
      for await (const _answer of stream) onFirst();
    })(),
  );
}

type Opened = Awaited<ReturnType<typeof openAdmin>>;

/** One stream of each kind, all under way, by a key of its own. */
async function openStreams({ transport, makeKey, tenantId, endpoint }: Opened) {
  const key = await makeKey(tenantId, Role.OPERATOR, "olga");
  const as = bearer(key);
  const { task } = await createClient(TaskService, transport).createTask({ type: "t" }, as);
  const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const silence = Promise.withResolvers<void>();
  async function* keepings() {
    yield { keep: { leaseTokens: [] } };
    await silence.promise; // a worker with nothing to say
  }
  const streams = [
    createClient(ObligationService, transport).watchOpenObligations({}, as),
    createClient(TaskService, transport).watchTask({ taskId: task?.taskId ?? "" }, as),
    createClient(LeaseService, transport).keepLeases(keepings(), as),
  ];
  const ends = streams.map((stream, index) => endOf(stream, () => started[index]?.resolve()));
  await Promise.all(started.map(({ promise }) => promise));
  const handlersEnded = () =>
    Promise.all(
      ["WatchOpenObligations", "WatchTask", "KeepLeases"].map((name) =>
        endpoint.logged(({ method }) => String(method).endsWith(`/${name}`)),
      ),
    );
  return { keyId: key.split("_")[2] ?? "", ends, handlersEnded, silence };
}

test("a revoked key's open streams end with UNAUTHENTICATED, their handlers too; another key's go on", async () => {
  const opened = await openAdmin();
  const { keyId, ends, handlersEnded } = await openStreams(opened);
  const other = await openStreams(opened);
  await opened.admin.revokeApiKey({ keyId }, opened.as);
  opened.forget();
  await opened.endpoint.server.reauthenticateStreams();
  expect(await Promise.all(ends)).toEqual(ends.map(() => ErrorReason.UNAUTHENTICATED));
  for (const line of await handlersEnded()) expect(line).toMatchObject({ code: "unauthenticated", key_id: keyId });
  const still = await Promise.race([...other.ends, opened.endpoint.server.reauthenticateStreams().then(() => "open")]);
  expect(still).toBe("open");
});

test("a suspended tenant's open streams end with TENANT_SUSPENDED", async () => {
  const opened = await openAdmin();
  const other = await opened.makeTenant("other");
  const { ends } = await openStreams({ ...opened, tenantId: other });
  await opened.admin.suspendTenant({ tenantId: other }, opened.as);
  opened.forget();
  await opened.endpoint.server.reauthenticateStreams();
  expect(await Promise.all(ends)).toEqual(ends.map(() => ErrorReason.TENANT_SUSPENDED));
});

test("no secret gets into a log line, an error, a metric, an audit record or any table", async () => {
  const opened = await openAdmin();
  const { admin, as, tenantId, key, transport, endpoint, database } = opened;
  const { secret } = await admin.createApiKey(
    { tenantId, principal: { kind: PrincipalKind.WORKER, id: "wanda" }, roles: [Role.OPERATOR] },
    as,
  );
  const worker = bearer(secret);
  const tasks = createClient(TaskService, transport);
  const leases = createClient(LeaseService, transport);
  await tasks.createTask({ type: "t" }, worker);
  const { tasks: claimed } = await leases.claimTasks({}, worker);
  const leaseToken = claimed[0]?.lease?.token ?? "";
  expect(leaseToken).not.toBe("");
  const token = `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"canary"}').toString("base64url")}.c2lnbmF0dXJl`;
  const said: string[] = [];
  // Put where they do not belong, shown in wrong ways, and made to fail.
  const misplaced: (() => Promise<unknown>)[] = [
    () => admin.revokeApiKey({ keyId: secret, requestId: secret, reason: secret }, as),
    () => admin.revokeApiKey({ keyId: leaseToken, reason: leaseToken }, as),
    () => admin.suspendTenant({ tenantId: nowhere, reason: token }, as),
    () => admin.createTenant({ name: secret }, as),
    () => tasks.getTask({ taskId: nowhere }, bearer(token)),
    () => tasks.getTask({ taskId: nowhere }, bearer(`${secret}x`)),
    () => tasks.getTask({ taskId: nowhere }, { headers: { authorization: secret } }),
    () => leases.startTask({ leaseToken: `${leaseToken}x` }, worker),
    () => leases.completeTask({ leaseToken }, bearer(key)),
  ];
  for (const call of misplaced) {
    const error = ConnectError.from(await call().catch((thrown: unknown) => thrown));
    // What a caller sent may come back to it; what others sent, and what it showed as its credential, may not.
    said.push(JSON.stringify(error.findDetails(ErrorDetailSchema)[0]?.message ?? ""));
  }
  const rows = await readTables(database.databaseUrl);
  const written = [JSON.stringify(endpoint.lines), await endpoint.metrics.registry.metrics(), JSON.stringify(rows)];
  const canaries = [key, secret].map((one) => one.split("_")[3] ?? "").concat(leaseToken.slice(5), token.slice(20));
  for (const canary of canaries) {
    expect(canary.length).toBeGreaterThan(20);
    for (const text of written) expect(text).not.toContain(canary);
  }
  for (const text of said.slice(4)) for (const canary of canaries) expect(text).not.toContain(canary);
  // A control: they were there to be written, and what may be told of them is.
  expect(written[0]).toContain(secret.split("_")[2]);
  expect(written[2]).toContain(`ag_test_${secret.split("_")[2]}_…`);
});
