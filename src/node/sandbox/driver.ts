// What a sandbox is: one interface over several ways to run a program of which nothing is known. A driver says what it
// enforces on this machine, found by running something, and never runs a job with less than the job needs.

export type StreamName = "stdout" | "stderr";

export type Network = "NONE" | "HOST";

/** Bounds of one job. A bound that is absent is not wanted; one that is there is enforced, or the job is refused. */
export type Limits = {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly pids: number;
  readonly openFiles: number;
  readonly workspaceBytes: number;
};

export type SandboxJob = {
  /** Unique on this machine: names control groups and containers. Lower-case hexadecimal digits and dashes. */
  readonly id: string;
  readonly command: readonly string[];
  /** All that the program has: nothing of the node's own environment is passed on. */
  readonly env: Readonly<Record<string, string>>;
  /** An empty folder of this machine, or one with the job's files. */
  readonly workspace: string;
  readonly network: Network;
  readonly image?: string;
  readonly limits: Limits;
  readonly timeoutMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** The user that the job alone has on this machine. Absent where the node is not root. */
  readonly uid?: number;
};

export type EndCause = "EXITED" | "TIMED_OUT" | "STOPPED" | "OUT_OF_MEMORY" | "WORKSPACE_FULL";

export type SandboxEnd = {
  readonly cause: EndCause;
  /** As shells have it: 128 and the number of the signal for a program that a signal has ended. */
  readonly exitCode: number;
};

/** What a stopping caller says: how long the program has between SIGTERM and SIGKILL. */
export type Stop = { readonly graceMs: number };

export type RunOptions = {
  /** The program runs: the sandbox has been set up. */
  readonly onStart: () => void;
  /** What the program prints, in order. Returns false if it should print less quickly. */
  readonly onChunk: (stream: StreamName, chunk: Uint8Array) => boolean;
  /** Resolves when the program is to end early. */
  readonly stopped: Promise<Stop>;
};

/** What a driver enforces here. */
export type Capabilities = {
  readonly driver: string;
  readonly version: string;
  /** Whether the program sees the system's folders only, to read, beside its workspace. */
  readonly filesystem: boolean;
  /** Whether the program runs as a user of its own. */
  readonly ownUser: boolean;
  /** Which networks a job may have. */
  readonly networks: readonly Network[];
  readonly images: boolean;
  /** By what each bound is enforced; a bound that is absent is not. */
  readonly limits: Readonly<Partial<Record<"memory" | "cpus" | "pids", string>>>;
  /** `tmpfs`: writing more fails. `watched`: its size is looked at, and a job with more is ended. */
  readonly workspace: "tmpfs" | "watched";
};

export type Probe = { readonly capabilities: Capabilities } | { readonly unavailable: string };

export type SandboxDriver = {
  readonly name: string;
  /** Runs a program in the sandbox to find out whether that works here, and what is enforced. */
  probe(): Promise<Probe>;
  /** Resolves when the program and all that it has started are gone. Throws a SandboxFailed if it cannot be started. */
  run(job: SandboxJob, options: RunOptions): Promise<SandboxEnd>;
  /** Ends whatever an earlier run under this id, whose process was killed, has left. */
  sweep(id: string): Promise<void>;
};

/** The sandbox could not be set up. The program has not run. */
export class SandboxFailed extends Error {
  override readonly name = "SandboxFailed";
}
