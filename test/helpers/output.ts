// Short functions for tests of output: append, read and follow a log.
import { createHash } from "node:crypto";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AppendOutputRequestSchema,
  CloseOutputRequestSchema,
  GetOutputRequestSchema,
  ListOutputsRequestSchema,
  type OutputPart,
  type ReadOutputRequest,
  ReadOutputRequestSchema,
} from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { granted } from "./ledger-scenario.ts";

type Init<Schema extends Parameters<typeof create>[0]> = Omit<MessageInitShape<Schema>, "$typeName" | "$unknown">;
type At = { readonly operations: Operations; readonly worker: Caller; readonly agent: Caller };
type Leased = { readonly lease: { readonly token: string } };

export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
export const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();
export const sha256Of = (bytes: Uint8Array | string) => new Uint8Array(createHash("sha256").update(bytes).digest());

export function appendRequest({ lease }: Leased, offset: number, data: string | Uint8Array, stream = "stdout") {
  const bytes = typeof data === "string" ? bytesOf(data) : data;
  return create(AppendOutputRequestSchema, { leaseToken: lease.token, stream, offset: BigInt(offset), data: bytes });
}

export async function append(
  { operations, worker }: At,
  leased: Leased,
  offset: number,
  data: string | Uint8Array,
  { stream = "stdout", by = worker }: { readonly stream?: string; readonly by?: Caller } = {},
) {
  const [answer] = await operations.appendOutputs(by, [appendRequest(leased, offset, data, stream)]);
  if (!answer) throw new Error("there is no answer");
  return answer;
}

export function close({ operations, worker }: At, { lease }: Leased, request: Init<typeof CloseOutputRequestSchema>) {
  const message = create(CloseOutputRequestSchema, { leaseToken: lease.token, stream: "stdout", ...request });
  return operations.closeOutput(worker, message);
}

/** With bytes that compare as bytes. */
function plain(part: OutputPart): OutputPart {
  return { ...part, data: new Uint8Array(part.data) };
}

export type ReadInit = Omit<Init<typeof ReadOutputRequestSchema>, "taskId">;

export function readRequest(taskId: string, request: ReadInit = {}): ReadOutputRequest {
  return create(ReadOutputRequestSchema, { taskId, ...request });
}

export const from = (offset: number) => ({ begin: { case: "fromOffset", value: BigInt(offset) } }) as const;
export const last = (bytes: number) => ({ begin: { case: "lastBytes", value: BigInt(bytes) } }) as const;

/** All parts of a read that does not follow, or of one that follows to the end of the task. */
export async function readAll(
  { operations, agent }: At,
  taskId: string,
  request: ReadInit = {},
  by = agent,
): Promise<OutputPart[]> {
  const parts: OutputPart[] = [];
  const signal = new AbortController().signal;
  for await (const { part } of operations.readOutput(by, readRequest(taskId, request), signal)) {
    parts.push(plain(part as OutputPart));
  }
  return parts;
}

export async function readText(at: At, taskId: string, request: ReadInit = {}): Promise<string> {
  return (await readAll(at, taskId, request)).map(({ data }) => textOf(data)).join("");
}

/** A follower that is asked for one part at a time. */
export function follow({ operations, agent }: At, taskId: string, request: ReadInit = {}) {
  const gone = new AbortController();
  const asked = readRequest(taskId, { ...request, follow: true });
  const parts = operations.readOutput(agent, asked, gone.signal)[Symbol.asyncIterator]();
  return {
    async next(): Promise<OutputPart> {
      const { value, done } = await parts.next();
      if (done) throw new Error("the stream has ended");
      return plain(value.part as OutputPart);
    },
    /** Bytes until there are so many, from parts as they come. */
    async bytes(count: number): Promise<string> {
      let text = "";
      while (text.length < count) text += textOf((await this.next()).data);
      return text;
    },
    hasEnded: async () => (await parts.next()).done === true,
    async stop() {
      gone.abort();
      await parts.return?.(undefined);
    },
  };
}

export async function getOutput(
  { operations, agent }: At,
  taskId: string,
  request: Omit<Init<typeof GetOutputRequestSchema>, "taskId"> = {},
  by = agent,
) {
  const message = create(GetOutputRequestSchema, { taskId, ...request });
  const { part, ended } = await operations.getOutput(by, message, new AbortController().signal);
  return { part: part as OutputPart, ended };
}

export async function listed({ operations, agent }: At, taskId: string, by = agent) {
  const { outputs = [] } = granted(await operations.listOutputs(by, create(ListOutputsRequestSchema, { taskId })));
  return outputs;
}
