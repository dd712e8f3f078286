// The only error that the embedded Postgres throws. Its kind is for code; its message says what is wrong and what to
// do.

export type EmbeddedPostgresErrorKind =
  /** The optional package is missing, or its install script never ran. */
  | "not_installed"
  /** There is no embedded Postgres for this operating system. */
  | "not_supported"
  /** Another live process owns the data directory. */
  | "data_dir_in_use"
  /** The data directory cannot be created, read or written, or holds data of another version of Postgres. */
  | "data_dir_unusable"
  /** Another program listens on the requested port. */
  | "port_in_use"
  /** Started as root, and no unprivileged user could be found, created or switched to. */
  | "no_unprivileged_user"
  /** Postgres itself failed; the message has the last lines of its log. */
  | "start_failed";

export const useYourOwnAdvice = "or set DATABASE_URL to your own Postgres (15 or newer)";

export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
  readonly kind: EmbeddedPostgresErrorKind;
  /** For data_dir_in_use: the process that owns the directory, if it is known. */
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
