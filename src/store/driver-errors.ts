/**
 * The one place that reads what `pg`, Node's sockets and Postgres throw. A pure function turns any thrown
 * value into a fault; what is not known to be the world's doing is a bug of ours.
 */

/** Codes of our own, in the place where Postgres puts its SQLSTATE. */
export const COMMIT_UNKNOWN_CODE = "AG002";
export const TRANSACTION_TIMEOUT_CODE = "AG003";
export const MISSING_WEEK_CODE = "AG004";

export type DriverFault =
  /** Another transaction was in the way; the same work may succeed when run again from its beginning. */
  | { readonly kind: "conflict" }
  | { readonly kind: "unique_violation"; readonly constraint: string }
  /** Every connection is busy, and so is the queue for one. */
  | { readonly kind: "overloaded"; readonly bound: number; readonly value: number }
  /** No Postgres that can answer; `outcomeUnknown` when the connection was lost while committing. */
  | { readonly kind: "unavailable"; readonly outcomeUnknown: boolean }
  | { readonly kind: "timeout" }
  | { readonly kind: "bug" };

const TOO_MANY_CONNECTIONS_CODE = "53300";
/** The database does not exist. */
const INVALID_CATALOG_NAME_CODE = "3D000";
/** No right to connect to the database. */
const INSUFFICIENT_PRIVILEGE_CODE = "42501";

const CONFLICT_CODES = new Set(["40001", "40P01"]);

const TIMEOUT_CODES = new Set([
  "57014", // query_canceled: statement_timeout
  "55P03", // lock_not_available: lock_timeout
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout (Postgres 17)
  TRANSACTION_TIMEOUT_CODE,
]);

const UNAVAILABLE_CODES = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "25006", // read_only_sql_transaction: connected to a standby in the midst of a failover
  "53100", // disk_full
  "53200", // out_of_memory
  TOO_MANY_CONNECTIONS_CODE,
  MISSING_WEEK_CODE,
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT", // no unix socket: Postgres is not up
]);

/** `pg` gives these no code, so their words are all there is; test/store/driver-errors.test.ts provokes them. */
const UNAVAILABLE_MESSAGES = [
  "Connection terminated",
  "Client has encountered a connection error",
  "Client was closed",
  "timeout expired",
  "timeout exceeded when trying to connect",
];
const POOL_ENDED_MESSAGE = "Cannot use a pool after calling end";

export function classifyDriverError(error: unknown): DriverFault {
  const code = textProperty(error, "code");
  if (code === "23505") return { kind: "unique_violation", constraint: textProperty(error, "constraint") };
  if (CONFLICT_CODES.has(code)) return { kind: "conflict" };
  if (TIMEOUT_CODES.has(code)) return { kind: "timeout" };
  if (error instanceof PoolFull) return { kind: "overloaded", bound: error.bound, value: error.value };
  if (code === COMMIT_UNKNOWN_CODE) return { kind: "unavailable", outcomeUnknown: true };
  if (UNAVAILABLE_CODES.has(code) || isConnectionClass(code)) return { kind: "unavailable", outcomeUnknown: false };
  if (code === "" && error instanceof Error) return classifyMessage(error.message);
  return { kind: "bug" };
}

/** Postgres answered, and does not let this user into this database: it will not by itself. */
export function isRefusedByDatabase(error: unknown): boolean {
  const code = textProperty(error, "code");
  return code.startsWith("28") || code === INVALID_CATALOG_NAME_CODE || code === INSUFFICIENT_PRIVILEGE_CODE;
}

/** Postgres, the database or the role allows no more connections at present. */
export function isTooManyConnections(error: unknown): boolean {
  return textProperty(error, "code") === TOO_MANY_CONNECTIONS_CODE;
}

/** A row found no partition of its table. Postgres reports it as a check violation without a constraint's name. */
export function isMissingWeek(error: unknown): boolean {
  return textProperty(error, "code") === "23514" && textProperty(error, "routine") === "ExecFindPartition";
}

/** Nobody may wait for a connection any more, or has waited for too long. */
export class PoolFull extends Error {
  readonly bound: number;
  readonly value: number;

  constructor(message: string, { bound, value }: { readonly bound: number; readonly value: number }) {
    super(message);
    this.bound = bound;
    this.value = value;
  }
}

/** An error with a code of ours; `cause` keeps what the driver said. */
export function driverError(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

function classifyMessage(message: string): DriverFault {
  if (message.startsWith(POOL_ENDED_MESSAGE)) return { kind: "unavailable", outcomeUnknown: false };
  const lost = UNAVAILABLE_MESSAGES.some((start) => message.startsWith(start));
  return lost ? { kind: "unavailable", outcomeUnknown: false } : { kind: "bug" };
}

/** SQLSTATE class 08, connection exceptions; poolers answer 08P01 when they have no server to give. */
function isConnectionClass(code: string): boolean {
  return code.length === 5 && code.startsWith("08");
}

function textProperty(error: unknown, key: string): string {
  if (typeof error !== "object" || error === null) return "";
  const value: unknown = Reflect.get(error, key);
  return typeof value === "string" ? value : "";
}
