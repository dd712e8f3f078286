// Short functions for tests of the ledger: a tenant with its principals, tasks brought into a state by operations
// alone, and reads of whole tables from outside.
import { readFile } from "node:fs/promises";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ClaimTasksRequestSchema,
  CompleteTaskRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ListOpenObligationsRequestSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { type Receipt, ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AppendReceiptRequestSchema,
  ListReceiptsRequestSchema,
  VerifyLedgerRequestSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { isRefusal, type Refusal, Refused } from "../../src/core/refusal.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { query } from "./database.ts";
import { openTestEngine, type Tenant, type TestEngine, type TestEngineOptions } from "./engine.ts";

export type People = { readonly agent: Caller; readonly worker: Caller; readonly operator: Caller };
export type Scene = TestEngine & People;

export function peopleOf(tenant: Tenant): People {
  return {
    agent: tenant.caller("agent", "alice"),
    worker: tenant.caller("worker", "wanda"),
    operator: tenant.caller("human", "olga", [Role.OPERATOR]),
  };
}

export async function openScene(options: TestEngineOptions = {}): Promise<Scene> {
  const opened = await openTestEngine(options);
  return { ...opened, ...peopleOf(opened.tenant) };
}

/** The answer of a call that must not be refused. */
export function granted<Answer extends object>(answer: Answer | Refusal | undefined): Answer {
  if (answer === undefined) throw new Error("there is no answer");
  if (isRefusal(answer)) throw new Error(`refused: ${answer.message}`);
  return answer;
}

/** The answer of a call, or its refusal as the items of a batch have it. */
export async function outcome<Answer>(call: Answer | Promise<Answer>): Promise<Answer | Refusal> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

/** The refusal of a call, or of an item of a batch, that must be refused for this reason. */
export async function refused(answer: unknown, reason: ErrorReason): Promise<Refusal> {
  const refusal = await outcome(answer);
  expect(refusal).toMatchObject({ reason });
  return refusal as Refusal;
}

export type Handed = { readonly taskId: string; readonly assignedReceiptId: string };

export async function hand(
  { operations, agent }: Pick<Scene, "operations" | "agent">,
  request: MessageInitShape<typeof CreateTaskRequestSchema> = {},
): Promise<Handed> {
  const [created] = await operations.createTasks(agent, {
    tasks: [create(CreateTaskRequestSchema, { type: "t", ...request })],
    requestId: "",
  });
  const { task, assignedReceiptId } = granted(created);
  return { taskId: task.taskId, assignedReceiptId };
}

export type Claimed = {
  readonly taskId: string;
  readonly leaseId: string;
  readonly token: string;
  readonly acceptedReceiptId: string;
};

export async function claim({ operations, worker }: Pick<Scene, "operations" | "worker">): Promise<Claimed> {
  const [leased] = granted(await operations.claimTasks(worker, create(ClaimTasksRequestSchema, {})));
  const { task, lease, acceptedReceiptId } = granted(leased);
  return { taskId: task.taskId, leaseId: lease.leaseId, token: lease.token, acceptedReceiptId };
}

export const artifact = { kind: "s3", uri: "s3://bucket/result" } as const;

export async function complete(
  { operations, worker }: Pick<Scene, "operations" | "worker">,
  { token }: Pick<Claimed, "token">,
  request: MessageInitShape<typeof CompleteTaskRequestSchema> = { artifacts: [artifact] },
) {
  const [done] = await operations.completeTasks(worker, [
    create(CompleteTaskRequestSchema, { leaseToken: token, ...request }),
  ]);
  if (done === undefined) throw new Error("there is no answer");
  return done;
}

export type Unlocated = Handed & Claimed & { readonly receiptId: string; readonly anomalyReceiptId: string };

/** A task that has succeeded without a locator of its result. */
export async function succeedWithoutLocator(scene: Scene): Promise<Unlocated> {
  const handed = await hand(scene);
  const claimed = await claim(scene);
  const { receiptId, anomalyReceiptId } = granted(await complete(scene, claimed, {}));
  return { ...handed, ...claimed, receiptId, anomalyReceiptId };
}

/** `task.completed` unless another type is given. */
export function append(
  { operations }: Pick<Scene, "operations">,
  caller: Caller,
  request: MessageInitShape<typeof AppendReceiptRequestSchema>,
) {
  return operations.appendReceipt(
    caller,
    create(AppendReceiptRequestSchema, { type: ReceiptType.TASK_COMPLETED, ...request }),
  );
}

/** An anomaly reported by an operator. */
export function report(
  scene: Pick<Scene, "operations" | "operator">,
  request: Omit<MessageInitShape<typeof AppendReceiptRequestSchema>, "$typeName" | "$unknown"> = {},
) {
  return append(scene, scene.operator, {
    type: ReceiptType.SYSTEM_ANOMALY,
    anomaly: { details: '{"seen":"smoke"}', recommendedAction: "Look." },
    ...request,
  });
}

export async function chainOf({ operations, operator }: Scene, taskId: string): Promise<Receipt[]> {
  const request = create(ListReceiptsRequestSchema, { taskId, pageSize: 200 });
  return granted(await operations.listReceipts(operator, request)).receipts;
}

export function receiptOfType(chain: readonly Receipt[], type: ReceiptType): Receipt {
  const found = chain.find((receipt) => receipt.type === type);
  if (!found) throw new Error(`the chain has no receipt of type ${type}`);
  return found;
}

/** The open obligations of a principal, by receipt id. */
export async function openOf({ operations }: Pick<Scene, "operations">, caller: Caller): Promise<string[]> {
  const request = create(ListOpenObligationsRequestSchema, { pageSize: 200 });
  const { openObligations } = granted(await operations.listOpenObligations(caller, request));
  return openObligations.map(({ receipt }) => receipt?.receiptId ?? "");
}

export async function verify(scene: Scene, request: MessageInitShape<typeof VerifyLedgerRequestSchema> = {}) {
  return granted(await scene.operations.verifyLedger(scene.operator, create(VerifyLedgerRequestSchema, request)));
}

export type Tables = Readonly<Record<string, readonly string[]>>;

/** Every row of every table as text, in an order that depends only on the content. */
export async function readTables(databaseUrl: string, without: readonly string[] = []): Promise<Tables> {
  const names = await query<{ name: string }>(
    databaseUrl,
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const tables = names.map(({ name }) => name).filter((name) => !without.includes(name));
  const selects = tables.map((name) => `select '${name}' as name, to_jsonb(t)::text as line from ${name} t`);
  const rows = await query<{ name: string; line: string }>(databaseUrl, `${selects.join(" union all ")} order by 1, 2`);
  return Object.fromEntries(
    tables.map((name) => [name, rows.filter((row) => row.name === name).map((row) => row.line)]),
  );
}

/**
 * Changes the database as a malicious superuser could: with triggers disabled. Changes of receipts are made to rows,
 * and the pages are made anew of these, with all that leads from page to page.
 */
export async function damage(databaseUrl: string, sql: string): Promise<void> {
  const isOfReceipts = /\b(update|delete from|insert into) receipt\b/.test(sql);
  const change = isOfReceipts
    ? `create temp table receipt as select * from public.receipt; ${sql};
       delete from ledger_page; delete from ledger_to; ${await fillPages()} select pg_temp.fill_pages('receipt');`
    : sql;
  await query(databaseUrl, `set session_replication_role = replica; ${change}`);
}

const pagesMigration = new URL("../../src/store/migrations/0006_ledger_pages.sql", import.meta.url);

/** The function by which the migration makes pages of rows. */
async function fillPages(): Promise<string> {
  const [text] = /create function fill_pages[\s\S]*?\n\$\$;/.exec(await readFile(pagesMigration, "utf8")) ?? [];
  if (text === undefined) throw new Error("the migration has no function fill_pages");
  return text.replace("function fill_pages", "function pg_temp.fill_pages");
}

/** Makes every write of one kind to one table fail, from outside the code under test. */
export async function breakTable(databaseUrl: string, table: string, event: string): Promise<void> {
  await query(
    databaseUrl,
    `create function break_${table}() returns trigger language plpgsql as
       $$ begin raise exception 'broken by a test'; end $$;
     create trigger break_${table} before ${event} on ${table} for each statement execute function break_${table}()`,
  );
}

export async function mendTable(databaseUrl: string, table: string): Promise<void> {
  await query(databaseUrl, `drop trigger break_${table} on ${table}; drop function break_${table}`);
}
