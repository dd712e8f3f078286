// The load of the row about output: many tasks that print at once.
import { create } from "@bufbuild/protobuf";
import { AppendOutputRequestSchema, OutputService } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import type { BenchClient } from "../../src/cli/bench/client.ts";
import { claim, createTasks } from "../../src/cli/bench/load.ts";

export type OutputLoad = {
  readonly queue: string;
  readonly writers: number;
  readonly pieces: number;
  readonly bytes: number;
};

/** Lines as programs print them: they repeat, and each differs. */
function printed(bytes: number, number: number): Uint8Array {
  let text = "";
  while (text.length < bytes)
    text += `2026-11-30T09:00:00Z info step ${number} of a task has read ${text.length} rows\n`;
  return new Uint8Array(Buffer.from(text.slice(0, bytes)));
}

/** The tokens of tasks that print. */
export async function holdPrinters(
  tasker: BenchClient,
  worker: BenchClient,
  { queue, writers }: Pick<OutputLoad, "queue" | "writers">,
): Promise<string[]> {
  await createTasks(tasker, { queue, tasks: writers, batch: writers, callers: 1 });
  return await claim(worker, queue, writers);
}

/** Each writer has one piece under way, as workers do. */
export async function print(worker: BenchClient, tokens: readonly string[], load: OutputLoad): Promise<void> {
  const pieces = Array.from({ length: 16 }, (_, number) => printed(load.bytes, number));
  await Promise.all(
    tokens.map(async (leaseToken) => {
      for (let number = 0; number < load.pieces; number += 1) {
        const data = pieces[number % pieces.length] ?? new Uint8Array();
        const offset = BigInt(number * load.bytes);
        const request = create(AppendOutputRequestSchema, { leaseToken, stream: "stdout", offset, data });
        await worker.call(OutputService.method.appendOutput, request);
      }
    }),
  );
}
