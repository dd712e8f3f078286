// The one error the embedded Postgres throws. Its kind is for code, its message for people: what is wrong,
// what to do.

export type EmbeddedPostgresErrorKind =
  /** The optional package is missing, or its install script never ran. */
  | "not_installed"
  /** This operating system has no embedded Postgres; a database of one's own always works. */
  | "not_supported"
  /** Another live process owns the data directory. */
  | "data_dir_in_use"
  /** The data directory cannot be made, read or written, or holds another Postgres version's data. */
  | "data_dir_unusable"
  /** Something else listens on the port that was asked for. */
  | "port_in_use"
  /** Started as root, and no unprivileged user could be found, made or switched to. */
  | "no_unprivileged_user"
  /** Postgres itself said no; its last log lines are in the message. */
  | "start_failed";

export const useYourOwnAdvice = "or set DATABASE_URL to a Postgres of your own (15 or newer)";

export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly kind: EmbeddedPostgresErrorKind;
  /** For data_dir_in_use: the process that owns the directory, where it is known. */
  readonly ownerPid: number | undefined;

  constructor(kind: EmbeddedPostgresErrorKind, message: string, more: { cause?: unknown; ownerPid?: number } = {}) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.kind = kind;
    this.ownerPid = more.ownerPid;
  }
}

export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
