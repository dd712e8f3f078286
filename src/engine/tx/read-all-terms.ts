// What was asked of tasks, without payloads, and the hand-off contracts that calls name.
import { fromBinary } from "@bufbuild/protobuf";
import { type HandOffContract, HandOffContractSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { type Task, TaskSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { notFound, type Refusal } from "../../core/refusal.ts";
import { readHandOffContracts } from "../../store/hand_off_contract.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import { readTerms } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";

export type TermsByTask = ReadonlyMap<string, Task>;

export async function readAllTerms(
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<TermsByTask> {
  const rows = await readTerms(tx, { tenantId, taskIds });
  return new Map(rows.map((row) => [row.taskId, fromBinary(TaskSchema, row.terms)]));
}

/** By name. Costs nothing where no call names one. */
export type Contracts = ReadonlyMap<string, HandOffContract>;

const none: Contracts = new Map();

export async function readContracts(tx: Executor, tenantId: string, named: readonly string[]): Promise<Contracts> {
  const names = [...new Set(named.filter((name) => name !== ""))];
  if (names.length === 0) return none;
  const rows = await readHandOffContracts(tx, { tenantId, names });
  return new Map(rows.map(({ name, contract }) => [name, fromBinary(HandOffContractSchema, contract)]));
}

/** Undefined where the call names none. */
export function contractOf(
  contracts: Contracts,
  name: string,
): { readonly contract: HandOffContract | undefined } | Refusal {
  if (name === "") return { contract: undefined };
  const contract = contracts.get(name);
  return contract ? { contract } : notFound("hand_off_contract", name);
}
