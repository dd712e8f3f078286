// What a job results in: how it ended, and the ends of what it printed, as much as a result may have. The logs of the
// task have all of it.
import type { JsonObject } from "@bufbuild/protobuf";
import type { EndCause, StreamName } from "../sandbox/driver.ts";

export type JobStatus = "SUCCEEDED" | "FAILED" | Exclude<EndCause, "EXITED" | "STOPPED">;

export type Artifact = {
  readonly path: string;
  /** The stream of the task's output that has it. */
  readonly stream: string;
  readonly bytes: number;
  readonly sha256: string;
};

export type JobEnd = {
  readonly cause: EndCause;
  readonly exitCode: number;
  readonly started: string;
  readonly ended: string;
  readonly printed: Readonly<Record<StreamName, Printed>>;
};

export type Printed = {
  /** By the program. */
  readonly bytes: number;
  /** Whether the log has less than that. */
  readonly truncated: boolean;
};

/** Of what a program has printed, a result has at most so much. */
export const tailBytesMax = 262_144;
/** A result has at most 256 KiB. */
const resultBytesMax = 262_144;

export type ResultInit = {
  readonly end: JobEnd;
  readonly sandbox: string;
  readonly tails: Readonly<Record<StreamName, Uint8Array>>;
  readonly artifacts: readonly Artifact[];
  /** Artifacts that could not be kept, with the reasons. */
  readonly missing: Readonly<Record<string, string>>;
};

export function resultOf({ end, sandbox, tails, artifacts, missing }: ResultInit): JsonObject {
  const { exitCode, started, ended, printed } = end;
  const result = (stdout: string, stderr: string): JsonObject => ({
    status: statusOf(end),
    exit_code: exitCode,
    started,
    ended,
    sandbox,
    bytes: { stdout: printed.stdout.bytes, stderr: printed.stderr.bytes },
    truncated: { stdout: printed.stdout.truncated, stderr: printed.stderr.truncated },
    tail: { stdout, stderr },
    artifacts: artifacts.map((artifact) => ({ ...artifact })),
    missing_artifacts: { ...missing },
  });
  const room = resultBytesMax - Buffer.byteLength(JSON.stringify(result("", "")));
  // Each may have what the other leaves, and half if both have more.
  const stdoutWants = jsonBytesOf(textOf(tails.stdout));
  const stderrWants = jsonBytesOf(textOf(tails.stderr));
  const half = Math.floor(room / 2);
  const stdoutRoom = Math.max(half, room - stderrWants);
  const stderrRoom = Math.max(half, room - Math.min(stdoutWants, stdoutRoom));
  return result(endOf(textOf(tails.stdout), stdoutRoom), endOf(textOf(tails.stderr), Math.min(stderrRoom, room)));
}

function statusOf({ cause, exitCode }: JobEnd): JobStatus {
  if (cause === "EXITED" || cause === "STOPPED") return exitCode === 0 ? "SUCCEEDED" : "FAILED";
  return cause;
}

/** Bytes as text from the first whole character on. What is no UTF-8 becomes U+FFFD, and so does NUL, for databases. */
export function textOf(bytes: Uint8Array): string {
  let from = 0;
  // Of a character that was cut, up to three bytes are left.
  while (from < 3 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from)).replaceAll("\0", "\uFFFD");
}

/** As many characters from the end as take at most so many bytes in JSON. */
export function endOf(text: string, bytesMax: number): string {
  let bytes = 0;
  let from = text.length;
  while (from > 0) {
    const low = text.charCodeAt(from - 1);
    const isPair = low >= 0xdc00 && low <= 0xdfff;
    const character = text.slice(from - (isPair ? 2 : 1), from);
    bytes += jsonBytesOf(character);
    if (bytes > bytesMax) break;
    from -= character.length;
  }
  return text.slice(from);
}

/** Without the quotes. */
function jsonBytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
