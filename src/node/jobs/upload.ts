// Sends a file that may still grow to a log of the task, byte for byte. The file is the buffer: what was not answered,
// and what a crash of the service's database has lost, is read and sent again.
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { type AsyncGateError, asyncGateErrorOf } from "../../../clients/typescript/src/errors.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";

const pieceBytesMax = 65_536;
/** A piece that is smaller waits for so long, that more may come. */
const gatherBytes = 16_384;
const gatherMs = 200;
const lookMs = 100;
const callTimeoutMs = 15_000;
const retryMsMin = 100;
const retryMsMax = 5_000;
/** Without progress between them: the service and the file disagree. */
const mismatchesMax = 5;

export type LogOptions = {
  readonly client: Client;
  readonly lease: Lease;
  readonly stream: string;
  /** The job must stop: nothing more is sent. */
  readonly signal: AbortSignal;
};

export type UploadOptions = LogOptions & {
  readonly file: string;
  /** Whether the file grows no more. */
  readonly isOver: () => boolean;
};

/** Why not all of it was sent; undefined if all was, or if the job must stop. */
export async function uploadFile(options: UploadOptions): Promise<string | undefined> {
  const { file, signal } = options;
  let handle: FileHandle;
  try {
    handle = await openWhenThere(options);
  } catch (error) {
    return signal.aborted || isMissing(error) ? undefined : String(error);
  }
  try {
    return await send(options, handle);
  } catch (error) {
    if (signal.aborted) return undefined;
    return error instanceof Error ? `${file}: ${error.message}` : String(error);
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** A job whose sandbox was not set up has no such file. */
async function openWhenThere({ file, isOver, signal }: UploadOptions): Promise<FileHandle> {
  for (;;) {
    const wasOver = isOver();
    try {
      return await open(file, "r");
    } catch (error) {
      if (wasOver || !isMissing(error)) throw error;
    }
    await pause(lookMs, undefined, { signal });
  }
}

async function send(options: UploadOptions, handle: FileHandle): Promise<string | undefined> {
  const { isOver, signal } = options;
  const buffer = Buffer.alloc(pieceBytesMax);
  let offset = await endOfLog(options);
  let mismatches = 0;
  let gatheredMs = 0;
  for (;;) {
    signal.throwIfAborted();
    const wasOver = isOver();
    const { bytesRead } = await handle.read(buffer, 0, pieceBytesMax, offset);
    if (bytesRead === 0 && wasOver) return undefined;
    if (!wasOver && (bytesRead === 0 || (bytesRead < gatherBytes && gatheredMs < gatherMs))) {
      gatheredMs = bytesRead === 0 ? 0 : gatheredMs + lookMs;
      await pause(lookMs, undefined, { signal });
      continue;
    }
    gatheredMs = 0;
    const answer = await append(options, offset, new Uint8Array(buffer.subarray(0, bytesRead)));
    if ("refused" in answer) return answer.refused;
    mismatches = answer.isMoved ? mismatches + 1 : 0;
    if (mismatches > mismatchesMax) return "the service has other bytes in this log than were printed";
    offset = answer.offset;
  }
}

/** Where an earlier process has come to. The service knows best. */
async function endOfLog({ client, lease, stream, signal }: UploadOptions): Promise<number> {
  return (await endsOfLogs({ client, lease, signal })).get(stream) ?? 0;
}

/** Of all logs of the lease, by stream. */
export async function endsOfLogs({ client, lease, signal }: Omit<LogOptions, "stream">): Promise<Map<string, number>> {
  return await untilAnswered(signal, async () => {
    const ends = new Map<string, number>();
    for await (const log of client.listOutputs(lease.taskId, { timeoutMs: callTimeoutMs })) {
      if (log.fence === lease.fence) ends.set(log.stream, Number(log.nextOffset));
    }
    return ends;
  });
}

type Appended = { readonly offset: number; readonly isMoved?: true } | { readonly refused: string };

/** One piece. The answer says where the next one begins. */
export async function append(options: LogOptions, from: number, data: Uint8Array<ArrayBuffer>): Promise<Appended> {
  const { client, lease, stream, signal } = options;
  const request = { leaseToken: lease.token, stream, offset: BigInt(from), data };
  try {
    const { nextOffset } = await untilAnswered(signal, () =>
      client.stubs.outputs.appendOutput(request, { signal, timeoutMs: callTimeoutMs }),
    );
    // A repeated piece is answered with the end of the log, which may be behind it.
    return { offset: Math.max(from + data.length, Number(nextOffset)) };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asyncGateErrorOf(thrown);
    const end = endIn(error);
    return end === undefined ? { refused: error.message } : { offset: end, isMoved: true };
  }
}

/** The service has more than this process knows of, or has lost the last moment: the next piece begins at its end. */
function endIn({ reason, facts }: AsyncGateError): number | undefined {
  const isMoved = reason === ErrorReason.OFFSET_MISMATCH && facts.case === "output" && !facts.value.closed;
  return isMoved ? Number(facts.value.nextOffset) : undefined;
}

async function untilAnswered<Answer>(signal: AbortSignal, call: () => Promise<Answer>): Promise<Answer> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await call();
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asyncGateErrorOf(thrown);
      if (!error.retryable) throw error;
      const ms = Math.min(retryMsMin * 2 ** failures, retryMsMax);
      await pause(error.retryAfterMs ?? ms, undefined, { signal });
    }
  }
}
