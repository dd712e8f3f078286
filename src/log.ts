// The only logger: one JSON object per line, with fields in snake_case as in the proto. It never writes a secret:
// whatever looks like an API key, a token or a bearer credential is redacted from the finished line.

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Readonly<Record<string, unknown>>;

export type Log = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

export type LogOptions = {
  readonly level: LogLevel;
  /** Writes a line, given without its line break. `main.ts` writes to stderr. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
  /** In every line. */
  readonly fields?: LogFields;
};

export function createLog({ level, write, now, fields: always }: LogOptions): Log {
  const lowest = logLevels.indexOf(level);
  const at = (name: LogLevel) => {
    if (logLevels.indexOf(name) < lowest) return () => {};
    return (message: string, fields?: LogFields) => {
      const line = { time: now().toISOString(), level: name, message, ...always, ...fields };
      write(redact(JSON.stringify(line, fields !== undefined && needsPlain(fields) ? plain : undefined)));
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export type Lines = {
  write(line: string): void;
  /** To be called before other output to the same stream, and before the process ends. */
  flush(): void;
};

/**
 * Writes the lines of one turn of the event loop together: writes to stderr block, and a server logs every call. If
 * several processes write to one pipe, whole lines of at most `bytesMax` at a time.
 */
export function gatherLines(write: (text: string) => void, bytesMax = Number.POSITIVE_INFINITY): Lines {
  let held = "";
  const flush = () => {
    const text = held;
    held = "";
    if (text === "") return;
    if (bytesMax === Number.POSITIVE_INFINITY) write(text);
    else for (const piece of inPieces(text, bytesMax)) write(piece);
  };
  return {
    write(line) {
      if (held === "") setImmediate(flush);
      held += `${line}\n`;
    },
    flush,
  };
}

/** Longer writes of two processes to one pipe may mix within a line: PIPE_BUF of Linux. */
export const sharedPipeBytesMax = 4_096;

/** A line that is longer stands alone. */
function* inPieces(text: string, bytesMax: number): Iterable<string> {
  let piece = "";
  let bytes = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const more = Buffer.byteLength(line);
    if (bytes + more > bytesMax && piece !== "") {
      yield piece;
      piece = "";
      bytes = 0;
    }
    piece += line;
    bytes += more;
  }
  yield piece;
}

/** An error with all its properties, as fields. For bugs only: a caller's mistake is logged by its reason alone. */
export function errorFields(error: unknown, depth = 0): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const code: unknown = Reflect.get(error, "code");
  const fields: Record<string, unknown> = { error: error.message, error_name: error.name, stack: error.stack };
  if (code !== undefined) fields["error_code"] = code;
  if (error.cause !== undefined && depth < causesMax) fields["cause"] = errorFields(error.cause, depth + 1);
  return fields;
}

/** Causes may form a cycle. */
const causesMax = 5;

/** Checked first, because JSON.stringify takes three times as long with a replacer. */
function needsPlain(fields: LogFields): boolean {
  for (const name in fields) if (typeof fields[name] === "object" || typeof fields[name] === "bigint") return true;
  return false;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return errorFields(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return value;
}

const apiKey = /ag_([a-z0-9-]+)_([A-Za-z0-9-]+)_[A-Za-z0-9_-]+/g;
const bearerCredential = /(bearer\s+)[^\s"\\]+/gi;
/** A JSON object in base64url begins like this, and so does every JWT. */
const jsonWebToken = /\beyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_.-]+/g;
/** Lease tokens, resume tokens, and bearers of nodes. */
const sealedToken = /\b(ag[lnr]1)_[A-Za-z0-9_-]+/g;

/** Also for records other than the log. */
export function redact(line: string): string {
  return line
    .replace(apiKey, "ag_$1_$2_…")
    .replace(bearerCredential, "$1…")
    .replace(jsonWebToken, "eyJ…")
    .replace(sealedToken, "$1_…");
}
