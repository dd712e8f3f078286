// One task done by a program: the payload on its stdin, the result from its stdout, progress in lines on its file
// descriptor 3, and its end by a signal if the task is taken away. What it prints on stderr is an output of the task.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { JsonValue } from "@bufbuild/protobuf";
import { bytes } from "../../../clients/typescript/src/content.ts";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import type { Job, Note } from "../../../clients/typescript/src/job.ts";

export type ResultForm = "auto" | "json" | "text" | "bytes";

export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly result: ResultForm;
  /** How long it has to end after SIGTERM. */
  readonly killAfterMs: number;
  /** Its stderr, as it comes. */
  readonly onStderr: (chunk: Uint8Array) => void;
};

/** More belongs into a file, with an artifact that says where. */
const resultBytesMax = 4 * 1_024 * 1_024;
/** Of stderr, for the message of the failure. */
const tailBytes = 2_048;
/** Of sysexits.h: the input is wrong, and no further attempt helps; and: not now. */
const exitDataError = 65;
const exitTemporary = 75;
const releaseDelayMs = 10_000;

/** The program itself cannot be started: not a failure of the task, but of this worker. */
export class CannotStart extends Error {
  override name = "CannotStart";
}

export async function runProgram(program: Program, input: JsonValue | Uint8Array | undefined, job: Job) {
  const child = await start(program, job);
  const stopWatching = endWithJob(child, job.signal, program.killAfterMs);
  const tail = new Tail();
  const output = job.output("stderr");
  feed(child.stdin as Writable, input);
  const reading = readNotes(child.stdio[3] as Readable, job);
  const talking = readTalk(child.stderr as Readable, async (chunk) => {
    tail.add(chunk);
    program.onStderr(chunk);
    // What the server refuses of an output is told as an event of the worker.
    await output.write(chunk).catch(() => {});
  });
  try {
    const [printed, ended] = await Promise.all([readResult(child), untilEnded(child), talking, reading]);
    job.signal.throwIfAborted();
    if (printed === undefined) {
      throw new NonRetryable(`it printed more than ${resultBytesMax} bytes`, { type: "RESULT_TOO_LARGE" });
    }
    return settle(ended, printed, tail.text(), program.result, job);
  } finally {
    stopWatching();
  }
}

/** A process group of its own, so that what it has started ends with it. */
async function start({ command, args, environment }: Program, job: Job): Promise<ChildProcess> {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    detached: true,
    env: { ...environment, ...aboutTask(job) },
  });
  return await new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child));
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(new CannotStart(`cannot start ${command}: ${error.code ?? error.message}`));
    });
  });
}

function aboutTask({ taskId, type, attempt, checkpoint }: Job): Record<string, string | undefined> {
  const isJson = checkpoint !== undefined && !(checkpoint instanceof Uint8Array);
  return {
    // The key is this worker's, and no concern of what it runs.
    ASYNCGATE_API_KEY: undefined,
    ASYNCGATE_TASK_ID: taskId,
    ASYNCGATE_TASK_TYPE: type,
    ASYNCGATE_ATTEMPT: String(attempt),
    ...(isJson && { ASYNCGATE_CHECKPOINT: JSON.stringify(checkpoint) }),
  };
}

function endWithJob(child: ChildProcess, signal: AbortSignal, killAfterMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    sendToGroup(child, "SIGTERM");
    timer = setTimeout(() => sendToGroup(child, "SIGKILL"), killAfterMs);
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return () => {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
    // What it has left running has no task any more.
    sendToGroup(child, "SIGKILL");
  };
}

function sendToGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}

function feed(stdin: Writable, input: JsonValue | Uint8Array | undefined): void {
  // A program need not read its input.
  stdin.on("error", () => {});
  stdin.end(input === undefined ? "" : input instanceof Uint8Array ? input : JSON.stringify(input));
}

/** A line is a JSON object with percent, message and checkpoint, or a message. */
async function readNotes(notes: Readable, job: Job): Promise<void> {
  notes.on("error", () => {});
  for await (const line of createInterface({ input: notes })) {
    if (line.trim() === "") continue;
    const { checkpoint, ...note } = noteOf(line);
    // The worker tells what the server refuses; the program goes on.
    if (checkpoint !== undefined) await job.saveCheckpoint(checkpoint).catch(() => {});
    if (Object.keys(note).length > 0) void job.progress(note).catch(() => {});
  }
}

function noteOf(line: string): Note & { readonly checkpoint?: JsonValue } {
  try {
    const json = JSON.parse(line) as JsonValue;
    if (typeof json !== "object" || json === null || Array.isArray(json)) return { message: line };
    const { percent, message, checkpoint } = json;
    return {
      ...(typeof percent === "number" && { percent }),
      ...(typeof message === "string" && { message }),
      ...(checkpoint !== undefined && { checkpoint }),
    };
  } catch {
    return { message: line };
  }
}

async function readTalk(stderr: Readable, each: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of stderr) await each(chunk as Uint8Array);
}

/** Undefined if it is too large; the program is then ended. */
async function readResult(child: ChildProcess): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of child.stdout as Readable) {
    size += (chunk as Uint8Array).length;
    if (size <= resultBytesMax) chunks.push(chunk as Uint8Array);
    else sendToGroup(child, "SIGKILL");
  }
  return size <= resultBytesMax ? new Uint8Array(Buffer.concat(chunks)) : undefined;
}

type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

function untilEnded(child: ChildProcess): Promise<Ended> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

function settle(ended: Ended, printed: Uint8Array<ArrayBuffer>, said: string, form: ResultForm, job: Job): unknown {
  const { code, signal } = ended;
  if (code === 0) return resultOf(printed, form);
  const message = said.trim() || (signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`);
  if (code === exitTemporary) return job.release({ reason: message, delayMs: releaseDelayMs });
  const type = signal ? `SIGNAL_${signal}` : `EXIT_${code}`;
  if (code === exitDataError) throw new NonRetryable(message, { type });
  throw Object.assign(new Error(message), { name: type });
}

/** JSON as such; another text as a JSON string, without its last line break; nothing as null. */
function resultOf(printed: Uint8Array<ArrayBuffer>, form: ResultForm): unknown {
  if (form === "bytes") return bytes(printed);
  const text = decoded(printed);
  if (text === undefined) return form === "auto" ? bytes(printed) : notOf(form);
  if (form === "text") return text.replace(/\r?\n$/, "");
  if (text.trim() === "") return form === "auto" ? null : notOf(form);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return form === "auto" ? text.replace(/\r?\n$/, "") : notOf(form);
  }
}

function notOf(form: ResultForm): never {
  throw new NonRetryable(`what it printed is not ${form === "json" ? "JSON" : "UTF-8"}`, { type: "RESULT_INVALID" });
}

function decoded(printed: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(printed);
  } catch {
    return undefined;
  }
}

/** The last bytes of what was added. */
class Tail {
  #bytes = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-tailBytes);
  }

  text(): string {
    return this.#bytes.toString("utf8").replace(/^\uFFFD+/, "");
  }
}
