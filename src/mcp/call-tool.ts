// tools/call: the arguments become the request of one RPC, its answer the result. Calls that wait tell how far the
// waited-for task is, for hosts that give up on silence.
import type { DescMethod, JsonObject, Message } from "@bufbuild/protobuf";
import { ArgumentFault, requestOf } from "./arguments.ts";
import { callMethod, type Line, methodNamed } from "./line.ts";
import { answerJson, failure, sentenceOf, success, type ToolResult } from "./results.ts";
import type { ToolEntry } from "./tool-entry.ts";

export type Progress = (elapsedS: number, totalS: number, message: string) => Promise<void>;

export type ToolCall = {
  readonly line: Line;
  readonly tool: ToolEntry;
  readonly given: JsonObject;
  readonly signal: AbortSignal;
  /** If absent, the host does not want to be told of progress. */
  readonly progress?: Progress | undefined;
};

/** Pages of tools are smaller than pages of programs: what a model reads it pays for. */
const pageSizeDefault = 20;
/** Hosts cut calls after 60 s; a sign of life every few seconds keeps those going that would cut silence sooner. */
const progressEveryMs = 5_000;
const msPerSecond = 1_000;

export async function callTool(call: ToolCall): Promise<ToolResult> {
  const { line, signal } = call;
  try {
    const { method, given } = methodOf(call);
    const request = requestOf(method.input, withDefaults(method, given));
    const message = await whileTelling(call, request, () => callMethod(line, method, request, signal));
    const answer = answerJson(method.output, message);
    return success(sentenceOf(answer), answer);
  } catch (thrown) {
    if (signal.aborted) throw thrown; // the host no longer wants an answer
    return failure(thrown);
  }
}

/** Several methods may share a tool: then the argument `verb` says which. */
function methodOf({ tool, given }: ToolCall): { readonly method: DescMethod; readonly given: JsonObject } {
  if (!tool.verbs) return { method: methodNamed(tool.service, tool.method), given };
  const { verb, ...rest } = given;
  const name = typeof verb === "string" && Object.hasOwn(tool.verbs, verb) ? tool.verbs[verb] : undefined;
  if (name === undefined) throw new ArgumentFault(`verb must be one of ${Object.keys(tool.verbs).join(", ")}.`);
  return { method: methodNamed(tool.service, name), given: rest };
}

function withDefaults(method: DescMethod, given: JsonObject): JsonObject {
  const hasPages = method.input.fields.some(({ name }) => name === "page_size");
  return hasPages ? { page_size: pageSizeDefault, ...given } : given;
}

async function whileTelling<Answer>(
  { progress }: ToolCall,
  request: Message,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const totalS = waitSeconds(request);
  if (progress === undefined || totalS === undefined) return await work();
  const startedMs = performance.now();
  const tell = () => {
    const elapsedS = Math.round((performance.now() - startedMs) / msPerSecond);
    // A host that cannot be told any more learns it from the answer that it does not get.
    void progress(elapsedS, totalS, `Waiting, ${elapsedS} s of ${totalS} s.`).catch(() => undefined);
  };
  const timer = setInterval(tell, progressEveryMs);
  try {
    tell();
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** How long a request may wait; undefined for one that does not. */
function waitSeconds(request: Message): number | undefined {
  const wait: unknown = Reflect.get(request, "wait");
  if (typeof wait !== "object" || wait === null) return undefined;
  return Number(Reflect.get(wait, "seconds"));
}
