// The payload of a task of the type `node.job`, read strictly: a field that does not exist, or that has no effect here,
// is a fault. All faults are told at once.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Network } from "../sandbox/driver.ts";

export const jobTaskType = "node.job";

export type JobFile = {
  /** Within the workspace. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
};

export type JobSpec = {
  readonly command: readonly string[];
  readonly image: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly JobFile[];
  /** Files of the workspace that are kept as output of the task. */
  readonly artifacts: readonly string[];
  readonly network: Network;
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  readonly pids: number | undefined;
  readonly outputBytes: number | undefined;
  readonly workspaceBytes: number | undefined;
  readonly timeoutMs: number | undefined;
};

/** The kernel takes no argument that is longer than 128 KiB. */
const textBytesMax = 65_536;
const argumentsMax = 1_000;
const entriesMax = 100;
/** Streams of a lease are bounded: two are the program's own. */
export const artifactsMax = 8;
const nameBytesMax = 48;
const tebibyte = 1_099_511_627_776;
const weekMs = 604_800_000;

const fields = [
  ...["command", "script", "image", "env", "files", "workspace", "network", "limits", "timeout", "artifacts"],
] as const;

/** The names of these variables are the node's. */
const reservedPrefix = "ASYNCGATE_";

type Say = (field: string, message: string) => void;

export function readJobSpec(input: JsonValue | Uint8Array | undefined): JobSpec | { readonly faults: string[] } {
  const faults: string[] = [];
  const say: Say = (field, message) => void faults.push(`${field}: ${message}`);
  const job = objectOf(input);
  if (!job) return { faults: ["the payload must be a JSON object with a command or a script"] };
  checkNames("", job, fields, say);
  const limits = partOf(job, "limits", ["memory_bytes", "cpus", "pids", "output_bytes"], say);
  const workspace = partOf(job, "workspace", ["size_bytes"], say);
  const spec: JobSpec = {
    command: commandOf(job, say),
    image: textOf(job["image"], "image", say),
    env: envOf(job["env"], say),
    files: filesOf(job["files"], say),
    artifacts: artifactsOf(job["artifacts"], say),
    network: networkOf(job["network"], say),
    memoryBytes: numberOf(limits["memory_bytes"], "limits.memory_bytes", [1_048_576, tebibyte], say),
    cpus: numberOf(limits["cpus"], "limits.cpus", [0.01, 1_024], say, false),
    pids: numberOf(limits["pids"], "limits.pids", [1, 1_000_000], say),
    outputBytes: numberOf(limits["output_bytes"], "limits.output_bytes", [0, tebibyte], say),
    workspaceBytes: numberOf(workspace["size_bytes"], "workspace.size_bytes", [65_536, tebibyte], say),
    timeoutMs: timeoutOf(job["timeout"], say),
  };
  return faults.length > 0 ? { faults } : spec;
}

type Fields = Readonly<Record<string, JsonValue>>;

function objectOf(value: unknown): Fields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof Uint8Array) ? (value as Fields) : undefined;
}

function checkNames(path: string, object: Fields, known: readonly string[], say: Say): void {
  for (const name of Object.keys(object)) {
    if (!known.includes(name)) say(`${path}${name}`, `is not a field: ${known.join(", ")} are`);
  }
}

function partOf(job: Fields, name: string, known: readonly string[], say: Say): Fields {
  const part = objectOf(job[name] ?? {});
  if (part) checkNames(`${name}.`, part, known, say);
  else say(name, "must be an object");
  return part ?? {};
}

function commandOf({ command, script }: Fields, say: Say): readonly string[] {
  if ((command === undefined) === (script === undefined)) {
    say("command", "give either a command or a script");
    return [];
  }
  if (script !== undefined) {
    const text = textOf(script, "script", say);
    return text === undefined ? [] : ["/bin/sh", "-c", text];
  }
  if (!Array.isArray(command) || command.length === 0 || command.length > argumentsMax) {
    say("command", `must be a list of 1 to ${argumentsMax} texts`);
    return [];
  }
  return command.map((part, index) => textOf(part, `command[${index}]`, say, index > 0) ?? "");
}

function textOf(value: unknown, field: string, say: Say, mayBeEmpty = false): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || (value === "" && !mayBeEmpty)) say(field, "must be a text");
  else if (value.includes("\0")) say(field, "must not have a character NUL");
  else if (Buffer.byteLength(value) > textBytesMax) say(field, `has at most ${textBytesMax} bytes`);
  else return value;
  return undefined;
}

function envOf(value: unknown, say: Say): Readonly<Record<string, string>> {
  const env = objectOf(value ?? {});
  const entries = Object.entries(env ?? {});
  if (!env || entries.length > entriesMax) say("env", `must be an object with at most ${entriesMax} texts`);
  const variables = entries.map(([name, text]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) say(`env.${name}`, "is not the name of a variable");
    else if (name.startsWith(reservedPrefix)) say(`env.${name}`, `is reserved: the node sets ${reservedPrefix}…`);
    return [name, textOf(text, `env.${name}`, say, true) ?? ""];
  });
  return Object.fromEntries(variables) as Record<string, string>;
}

/** A path that stays within the workspace, as far as its text says. */
function isWithin(path: string): boolean {
  const parts = path.split("/");
  return !path.startsWith("/") && parts.every((part) => part !== "" && part !== "." && part !== "..");
}

function filesOf(value: unknown, say: Say): readonly JobFile[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > entriesMax) {
    say("files", `must be a list of at most ${entriesMax} files`);
    return [];
  }
  return value.flatMap((one, index) => fileOf(one, `files[${index}]`, say) ?? []);
}

function fileOf(value: unknown, field: string, say: Say): JobFile | undefined {
  const file = objectOf(value);
  if (!file) return void say(field, "must be an object with a path, and a text or base64");
  checkNames(`${field}.`, file, ["path", "text", "base64", "executable"], say);
  const { path, text, base64, executable = false } = file;
  if (typeof path !== "string" || !isWithin(path) || path.includes("\0")) {
    say(`${field}.path`, "must be a path within the workspace, as in data/input.json");
  }
  if (typeof executable !== "boolean") say(`${field}.executable`, "must be true or false");
  if ((typeof text === "string") === (typeof base64 === "string")) {
    return void say(field, "give either text or base64");
  }
  if (typeof base64 === "string" && !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) say(`${field}.base64`, "is not base64");
  const bytes = typeof text === "string" ? Buffer.from(text) : Buffer.from(String(base64), "base64");
  return { path: String(path), bytes, isExecutable: executable === true };
}

function artifactsOf(value: unknown, say: Say): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > artifactsMax || new Set(value).size < value.length) {
    say("artifacts", `must be a list of at most ${artifactsMax} different paths`);
    return [];
  }
  return value.map((path, index) => {
    const isPath = typeof path === "string" && isWithin(path) && Buffer.byteLength(path) <= nameBytesMax;
    if (!isPath) say(`artifacts[${index}]`, `must be a path within the workspace of at most ${nameBytesMax} bytes`);
    return String(path);
  });
}

function networkOf(value: unknown, say: Say): Network {
  if (value === undefined || value === "NONE") return "NONE";
  if (value !== "HOST") say("network", "must be NONE or HOST");
  return "HOST";
}

function numberOf(
  value: unknown,
  field: string,
  [least, most]: readonly [number, number],
  say: Say,
  isWhole = true,
): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && value >= least && value <= most && (!isWhole || Number.isInteger(value))) {
    return value;
  }
  say(field, `must be a ${isWhole ? "whole " : ""}number from ${least} to ${most}`);
  return undefined;
}

/** As durations are written in the contract's JSON: `90s`, `0.5s`. */
function timeoutOf(value: unknown, say: Say): number | undefined {
  if (value === undefined) return undefined;
  const seconds = typeof value === "string" ? /^(\d{1,9}(?:\.\d{1,3})?)s$/.exec(value)?.[1] : undefined;
  const ms = seconds === undefined ? 0 : Number(seconds) * 1_000;
  if (ms > 0 && ms <= weekMs) return ms;
  say("timeout", 'must be a duration in seconds, as in "90s", of at most a week');
  return undefined;
}
