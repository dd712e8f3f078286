// The only file that interprets errors of `pg`, Node's sockets and Postgres. A pure function classifies any thrown
// value; one that is not known to have an outside cause is a bug of ours.

/** Our own codes, in the property in which Postgres's errors have their SQLSTATE. */
export const commitUnknownCode = "AG002";
export const transactionTimeoutCode = "AG003";
export const missingWeekCode = "AG004";
export const clockSetCode = "AG005";
/** Raised by the function `expected` in Postgres. */
export const unexpectedCode = "AG006";

export type DriverFault =
  /**
   * Another transaction interfered, or the database's clock was set; the same work may succeed when it is run again
   * from its beginning.
   */
  | { readonly kind: "conflict" }
  | { readonly kind: "unique_violation"; readonly constraint: string }
  /** All connections are busy, and the queue for them is full or the wait in it was too long. */
  | { readonly kind: "overloaded"; readonly bound: number; readonly value: number }
  /** Postgres cannot answer; `outcomeUnknown` when the connection was lost during a commit. */
  | { readonly kind: "unavailable"; readonly outcomeUnknown: boolean }
  | { readonly kind: "timeout" }
  | { readonly kind: "bug" };

const tooManyConnectionsCode = "53300";
/** The database does not exist. */
const invalidCatalogNameCode = "3D000";
/** No right to connect to the database. */
const insufficientPrivilegeCode = "42501";

const conflictCodes = new Set(["40001", "40P01", clockSetCode]);

const timeoutCodes = new Set([
  "57014", // query_canceled: statement_timeout
  "55P03", // lock_not_available: lock_timeout
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout (Postgres 17)
  transactionTimeoutCode,
]);

const unavailableCodes = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "25006", // read_only_sql_transaction: connected to a standby during a failover
  "53100", // disk_full
  "53200", // out_of_memory
  tooManyConnectionsCode,
  missingWeekCode,
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT", // no Unix socket: Postgres is not running
]);

/**
 * Errors that `pg` throws without a code, by the beginning of their messages. test/store/pg-internals.test.ts provokes
 * each, and fails when a new version of `pg` words it otherwise.
 */
const unavailableMessages = [
  "Connection terminated",
  "Client has encountered a connection error",
  "Client was closed",
  "timeout expired",
  "timeout exceeded when trying to connect",
];
const poolEndedMessage = "Cannot use a pool after calling end";

export function classifyDriverError(error: unknown): DriverFault {
  const code = textProperty(error, "code");
  if (code === "23505") return { kind: "unique_violation", constraint: textProperty(error, "constraint") };
  if (conflictCodes.has(code)) return { kind: "conflict" };
  if (timeoutCodes.has(code)) return { kind: "timeout" };
  if (error instanceof PoolFull) return { kind: "overloaded", bound: error.bound, value: error.value };
  if (code === commitUnknownCode) return { kind: "unavailable", outcomeUnknown: true };
  if (unavailableCodes.has(code) || isConnectionClass(code)) return { kind: "unavailable", outcomeUnknown: false };
  if (code === "" && error instanceof Error) return classifyMessage(error.message);
  return { kind: "bug" };
}

/** Postgres refuses this user or this database. Waiting does not help. */
export function isRefusedByDatabase(error: unknown): boolean {
  const code = textProperty(error, "code");
  return code.startsWith("28") || code === invalidCatalogNameCode || code === insufficientPrivilegeCode;
}

/** Postgres, the database or the role allows no more connections at present. */
export function isTooManyConnections(error: unknown): boolean {
  return hasCode(error, tooManyConnectionsCode);
}

/**
 * A guard has raised, and nothing was done. Work that took something for granted runs again without; where all was
 * locked and read before, it is a bug.
 */
export function isUnexpected(error: unknown): boolean {
  return hasCode(error, unexpectedCode);
}

/** A row found no partition of its table. Postgres reports it as a check violation without a constraint's name. */
export function isMissingWeek(error: unknown): boolean {
  return textProperty(error, "code") === "23514" && textProperty(error, "routine") === "ExecFindPartition";
}

/** The queue for a connection is full, or a caller waited in it for too long. */
export class PoolFull extends Error {
  readonly bound: number;
  readonly value: number;

  constructor(message: string, { bound, value }: { readonly bound: number; readonly value: number }) {
    super(message);
    this.bound = bound;
    this.value = value;
  }
}

/** An error with one of our codes; `cause` keeps the driver's error. */
export function driverError(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}

export function hasCode(error: unknown, code: string): boolean {
  return textProperty(error, "code") === code;
}

function classifyMessage(message: string): DriverFault {
  if (message.startsWith(poolEndedMessage)) return { kind: "unavailable", outcomeUnknown: false };
  const lost = unavailableMessages.some((start) => message.startsWith(start));
  return lost ? { kind: "unavailable", outcomeUnknown: false } : { kind: "bug" };
}

/** SQLSTATE class 08, connection exceptions; poolers answer 08P01 when they have no server connection. */
function isConnectionClass(code: string): boolean {
  return code.length === 5 && code.startsWith("08");
}

function textProperty(error: unknown, key: string): string {
  if (typeof error !== "object" || error === null) return "";
  const value: unknown = Reflect.get(error, key);
  return typeof value === "string" ? value : "";
}
