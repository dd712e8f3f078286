// Names of tasks: which live tasks bear them, for creations that want one and for calls that name a task so. A
// transaction that creates tasks with names has the locks of these names before all others, those of tasks too; the end
// of a task needs none, and only frees its name.
import { nameIn } from "../../core/names.ts";
import { nameNotFound, Refused } from "../../core/refusal.ts";
import { lockNames, type ReadBearersRow, readBearers } from "../../store/name.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import { type ReadTransaction, read, type Transaction } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";

/** By name. */
export type Bearers = ReadonlyMap<string, ReadBearersRow>;

type Asked = { readonly request: { readonly name: string } };

/** The bearers of the names that new tasks want. A name without one stays free until the transaction ends. */
export async function lockBearers(tx: Transaction, tenantId: string, items: readonly Asked[]): Promise<Bearers> {
  const names = [...new Set(items.flatMap(({ request: { name } }) => name || []))];
  if (names.length === 0) return new Map();
  // Sent together and run in this order: what is read was written before the locks were had.
  const [, rows] = await Promise.all([lockNames(tx, { tenantId, names }), readBearers(tx, { tenantId, names })]);
  return new Map(rows.map((row) => [row.name, row]));
}

/** The ids of names that live tasks bear which the caller may read. */
export async function idsOfNames(
  tx: Executor,
  tenantId: string,
  names: readonly string[],
): Promise<(caller: Caller, name: string) => string | undefined> {
  const rows = names.length > 0 ? await readBearers(tx, { tenantId, names: [...new Set(names)] }) : [];
  const byName = new Map(rows.map((row) => [row.name, row]));
  return (caller, name) => {
    const row = byName.get(name);
    return row && mayReadTask(caller, row) ? row.taskId : undefined;
  };
}

/** The id of the task that a call names. Throws for a name that no live task bears which the caller may read. */
export async function taskIdIn(tx: Transaction | ReadTransaction, caller: Caller, idOrName: string): Promise<string> {
  const name = nameIn(idOrName);
  if (name === undefined) return idOrName;
  const idOf = await idsOfNames(tx, caller.tenantId, [name]);
  const taskId = idOf(caller, name);
  if (taskId === undefined) throw new Refused(nameNotFound(idOrName, name));
  return taskId;
}

/** The same in a transaction of its own, which only a name needs. */
export async function resolveTaskId(engine: Engine, caller: Caller, idOrName: string): Promise<string> {
  if (nameIn(idOrName) === undefined) return idOrName;
  return await read(engine.database, {}, (tx) => taskIdIn(tx, caller, idOrName));
}
