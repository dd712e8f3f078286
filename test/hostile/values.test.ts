// Every field of every request is given its worst values by gRPC, and then everything is read back as JSON: no value
// that is taken in one form of messages may break an answer in the other.
import {
  create,
  type DescField,
  type DescMethod,
  type JsonObject,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { AdminService, Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type Method, methods, servedMethods, shortName } from "../../src/build/generate-docs-contract.ts";
import { createRandom, seed } from "../helpers/random.ts";
import { type BothWays, openBothWays } from "./both-ways.ts";
import { errorDetailOf } from "./status-details.ts";
import { setAt, waysOf, wayText, worstValues } from "./worst-values.ts";

const timeoutMs = 600_000;

/** What a request needs to be taken but for the field in question. */
type Needs = Readonly<Record<string, () => Promise<object> | object>>;

/** Things of a tenant that requests name, made as they are needed. */
async function thingsOf({ tasks, leases, tenant, makeTenant, clientOf }: BothWays) {
  const spare: string[] = [];
  const lease = async (): Promise<string> => {
    if (spare.length === 0) {
      const asked = Array.from({ length: 20 }, () => ({ type: "t", queue: "leased" }));
      await tasks.createTasks({ tasks: asked });
      const granted = await leases.claimTasks({ queues: ["leased"], maxTasks: 20, leaseTtl: { seconds: 1_800n } });
      spare.push(...granted.tasks.map((one) => one.lease?.token ?? ""));
    }
    return spare.pop() ?? "";
  };
  const task = async () => {
    const { task: made, assignedReceiptId } = await tasks.createTask({ type: "t", queue: "waiting" });
    return { taskId: made?.taskId ?? "", receiptId: assignedReceiptId };
  };
  const ended = await task();
  await tasks.cancelTask({ taskId: ended.taskId });
  const otherId = await makeTenant("other");
  const admin = clientOf(AdminService);
  const key = { tenantId: tenant.tenantId, roles: [Role.TASKER], principal: { kind: PrincipalKind.HUMAN, id: "b" } };
  const { key: made } = await admin.createApiKey(key);
  let names = 0;
  const needs: Needs = {
    "TaskService.CreateTask": () => ({ type: "t" }),
    "TaskService.CreateTasks": () => ({ tasks: [{ type: "t" }] }),
    "TaskService.GetTask": () => ({ taskId: ended.taskId }),
    "TaskService.CancelTask": async () => ({ taskId: (await task()).taskId }),
    "TaskService.AwaitTask": () => ({ taskId: ended.taskId }),
    "LeaseService.ClaimTasks": () => ({ queues: ["waiting"] }),
    "LeaseService.RenewLeases": async () => ({ leaseTokens: [await lease()] }),
    "LeaseService.StartTask": async () => ({ leaseToken: await lease() }),
    "LeaseService.ReportProgress": async () => ({ leaseToken: await lease(), receipted: true }),
    "LeaseService.CompleteTask": async () => ({ leaseToken: await lease(), ...locators }),
    "LeaseService.CompleteTasks": async () => ({ tasks: [{ leaseToken: await lease(), ...locators }] }),
    "LeaseService.FailTask": async () => ({ leaseToken: await lease(), error: { type: "x" } }),
    "LeaseService.ReleaseLease": async () => ({ leaseToken: await lease() }),
    "ReceiptService.GetReceipt": () => ({ receiptId: ended.receiptId }),
    "ReceiptService.AcknowledgeReceipt": async () => ({ receiptId: (await task()).receiptId }),
    "ReceiptService.AppendReceipt": () => ({ type: ReceiptType.SYSTEM_ANOMALY, anomaly: { details: "{}" } }),
    "ReceiptService.TraceReceipt": () => ({ receiptId: ended.receiptId }),
    "ObligationService.ExplainObligation": () => ({ receiptId: ended.receiptId }),
    "AdminService.CreateTenant": () => ({ name: `tenant-${++names}` }),
    "AdminService.UpdateTenant": () => ({ tenantId: otherId }),
    "AdminService.SuspendTenant": () => ({ tenantId: otherId }),
    "AdminService.ResumeTenant": () => ({ tenantId: otherId }),
    "AdminService.CreateApiKey": () => key,
    "AdminService.ListApiKeys": () => ({ tenantId: tenant.tenantId }),
    "AdminService.RevokeApiKey": () => ({ keyId: made?.keyId ?? "" }),
    "AdminService.ListPrincipals": () => ({ tenantId: tenant.tenantId }),
  };
  return needs;
}

const locators = {
  result: { content: { case: "json", value: "1" } },
  artifacts: [{ kind: "file", uri: "file:///a" }],
  deliveryProof: { mode: 1, target: "t", status: 1 },
};

const served = servedMethods();
const unary = methods.filter((method) => served.has(shortName(method)) && method.methodKind === "unary");

/** Sends a request with what it needs, changed by `change`. What a refused call did not use, the next one gets. */
function sending(endpoint: BothWays, needs: Needs, faults: string[]) {
  const unused = new Map<DescMethod, object[]>();
  return async (method: DescMethod, what: string, change: (message: Message) => void): Promise<boolean> => {
    const name = shortName(method as Method);
    const left = unused.get(method) ?? [];
    unused.set(method, left);
    const init = left.pop() ?? (await needs[name]?.()) ?? {};
    const message = create(method.input, init as MessageInitShape<typeof method.input>);
    change(message);
    const answer = await endpoint.send(method, message as never).catch((error: unknown) => {
      throw new Error(`${name} ${what} has no answer`, { cause: error });
    });
    const status = answer.metadata["grpc-status"];
    if (status === "0") return true;
    left.push(init);
    const detail = errorDetailOf(answer);
    const isFault = detail === undefined || status === "2" || status === "13" || status === undefined;
    if (isFault) faults.push(`${name} ${what}: status ${status} ${detail?.message ?? ""}`);
    return false;
  };
}

const lanes = 16;

/** All of them, some at once. */
async function forEach<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of left) await run(item);
    }),
  );
}

/** Reads everything that the tenant has, page by page, as JSON. */
async function readAll(endpoint: BothWays, faults: string[]): Promise<number> {
  let answers = 0;
  const ask = async (method: DescMethod, request: JsonObject = {}) => {
    const { status, json } = await endpoint.ask(method, request);
    answers += 1;
    const what = `${shortName(method as Method)} ${JSON.stringify(request)}`;
    if (status !== 200) faults.push(`${what}: ${status} ${JSON.stringify(json).slice(0, 200)}`);
    return json;
  };
  const pages = async (method: DescMethod, request: JsonObject, list: string, cursor = "nextPageToken") => {
    const items: JsonObject[] = [];
    for (let token = ""; ; ) {
      const sent = cursor === "cursor" ? { cursor: token } : { pageToken: token };
      const page = await ask(method, { ...request, ...sent });
      items.push(...((page[list] ?? []) as JsonObject[]));
      token = String(page[cursor] ?? "");
      if (token === "") return items;
    }
  };
  const { method: task } = TaskService;
  const { method: receipt } = ReceiptService;
  const taskIds = (await pages(task.listTasks, { pageSize: 50 }, "tasks")).map(({ taskId }) => String(taskId));
  await forEach(taskIds, async (taskId) => {
    await ask(task.getTask, { taskId });
    const [{ receiptId = "" } = {}] = (await pages(receipt.listReceipts, { taskId }, "receipts")).slice(-1);
    await ask(receipt.traceReceipt, { receiptId, depth: 3 });
  });
  await pages(receipt.listReceipts, { pageSize: 50 }, "receipts");
  await pages(receipt.verifyLedger, {}, "faults");
  const { method: obligation } = ObligationService;
  const owed = await pages(obligation.listOpenObligations, { pageSize: 50 }, "openObligations", "cursor");
  await forEach(owed, async ({ receipt: open }) => {
    await ask(obligation.explainObligation, { receiptId: (open as JsonObject)["receiptId"] ?? "" });
  });
  for (const method of Object.values(SystemService.method)) await ask(method);
  await readAdministration(endpoint, pages);
  // Last: it changes what the others read.
  for (let claimed = 1; claimed > 0; ) {
    const request = { queues: ["default", "waiting", "leased"], maxTasks: 50 };
    claimed = ((await ask(LeaseService.method.claimTasks, request))["tasks"] as unknown[] | undefined)?.length ?? 0;
  }
  return answers;
}

async function readAdministration(
  { tenant }: BothWays,
  pages: (method: DescMethod, request: JsonObject, list: string) => Promise<unknown>,
): Promise<void> {
  const { tenantId } = tenant;
  const { listTenants, listApiKeys, listPrincipals, listAuditRecords } = AdminService.method;
  await pages(listTenants, {}, "tenants");
  await pages(listApiKeys, { tenantId }, "keys");
  await pages(listPrincipals, { tenantId }, "principals");
  await pages(listAuditRecords, { pageSize: 200 }, "records");
}

/** Of the values of a field that was tried in another request, or elsewhere in the same one. */
const againMax = 2;

/** Each field is tried with all of its values once; where its message stands again, with some, drawn from the seed. */
function jobsOf(tried: readonly DescMethod[]) {
  const random = createRandom(seed);
  const seen = new Set<DescField>();
  return tried.flatMap((method) =>
    [...waysOf(method.input)].flatMap((way) => {
      const field = way.at(-1) as DescField;
      const all = worstValues(field).map((value, index) => ({ method, way, value, index }));
      if (!seen.has(field)) {
        seen.add(field);
        return all;
      }
      return Array.from(
        { length: Math.min(againMax, all.length) },
        () => all[Math.floor(random() * all.length)],
      ).filter((job) => job !== undefined);
    }),
  );
}

test("whatever one field holds, no answer fails", { timeout: timeoutMs }, async () => {
  const endpoint = await openBothWays();
  const needs = await thingsOf(endpoint);
  const faults: string[] = [];
  const taken = new Set<string>();
  const jobs = jobsOf(unary);
  const send = sending(endpoint, needs, faults);
  await forEach(jobs, async ({ method, way, value, index }) => {
    const isTaken = await send(method, `${wayText(way)} #${index}`, (message) => setAt(message, way, value));
    if (isTaken) taken.add(shortName(method));
  });
  expect(faults).toEqual([]);
  expect(taken.size).toBeGreaterThan(25);
  expect(await readAll(endpoint, faults)).toBeGreaterThan(1_000);
  expect(faults).toEqual([]);
  expect(endpoint.endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});

const draws = 400;

test("whatever many fields hold, no answer fails", { timeout: timeoutMs }, async () => {
  const endpoint = await openBothWays();
  const needs = await thingsOf(endpoint);
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const faults: string[] = [];
  const send = sending(endpoint, needs, faults);
  for (let draw = 0; draw < draws; draw += 1) {
    const method = pick(unary);
    const ways = [...waysOf(method.input)];
    const chosen = ways.length === 0 ? [] : Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(ways));
    const values = chosen.map((way) => pick(worstValues(way.at(-1) as DescField)));
    await send(method, `seed ${seed}, draw ${draw}: ${chosen.map(wayText)}`, (message) => {
      for (const [index, way] of chosen.entries()) setAt(message, way, values[index]);
    });
  }
  await readAll(endpoint, faults);
  expect(faults).toEqual([]);
  expect(endpoint.endpoint.lines.filter(({ level }) => level === "error")).toEqual([]);
});
