// A client's calls that read what tasks have printed.
import type { Output, OutputPart } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { pause } from "./backoff.ts";
import type { CallOptions, Calls } from "./client-calls.ts";
import { asyncGateErrorOf } from "./errors.ts";
import { retryDelayMs } from "./retry.ts";

export type OutputOptions = {
  /** If absent, `stdout`. */
  readonly stream?: string;
  /** The fence of the lease that wrote it. If absent, the latest that has written to the stream. */
  readonly fence?: bigint;
  /** Where to begin. If neither is given, at the beginning. */
  readonly fromOffset?: number | bigint;
  readonly lastBytes?: number | bigint;
  /** Whether to go on until the task has ended. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
};

type Place = Pick<OutputOptions, "fromOffset" | "lastBytes"> & { readonly fence: bigint };

/** After a break, and after having been too slow, it continues where it was. */
export async function* readOutput(
  { stubs, retry }: Calls,
  taskId: string,
  { stream = "", follow = false, signal, fence = 0n, ...begin }: OutputOptions,
): AsyncGenerator<OutputPart> {
  let place: Place = { fence, ...begin };
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      const request = { taskId, stream, follow, fence: place.fence, begin: beginOf(place) };
      for await (const { part } of stubs.outputs.readOutput(request, { ...(signal && { signal }) })) {
        failures = 0;
        if (!part) continue;
        place = { fence: part.fence, fromOffset: part.nextOffset };
        yield part;
      }
      return;
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = asyncGateErrorOf(thrown);
      failures += 1;
      if (!error.retryable || failures >= retry.attemptsMax) throw error;
      await pause(retryDelayMs(retry, failures, error), signal);
    }
  }
}

function beginOf({ fromOffset, lastBytes }: Place) {
  if (lastBytes !== undefined) return { case: "lastBytes", value: BigInt(lastBytes) } as const;
  if (fromOffset !== undefined) return { case: "fromOffset", value: BigInt(fromOffset) } as const;
  return { case: undefined };
}

const pageSize = 500;

/** The logs of a task, those of the latest lease first. */
export async function* listOutputs(
  { stubs, call }: Calls,
  taskId: string,
  options: CallOptions,
): AsyncGenerator<Output> {
  for (let pageToken = ""; ; ) {
    const request = { taskId, pageSize, pageToken };
    const page = await call(options, (bounds) => stubs.outputs.listOutputs(request, bounds));
    yield* page.outputs;
    pageToken = page.nextPageToken;
    if (pageToken === "") return;
  }
}
