// What a worker can do. Workers of one kind can do the same tasks, so their claims are served together.
import type { Lane } from "./lane.ts";
import { taskDefaults } from "./limits.ts";

export type WorkKind = {
  readonly queues: readonly string[];
  /** It names its tasks, and takes them from any queue. */
  readonly anyQueue?: boolean | undefined;
  /** If empty, any. */
  readonly acceptTypes: readonly string[];
  readonly capabilities: readonly string[];
};

/** The kind with the default queue filled in where none is named. */
export function workKind({ queues, acceptTypes, capabilities }: WorkKind): WorkKind {
  return { queues: queues.length > 0 ? queues : [taskDefaults.queue], acceptTypes, capabilities };
}

/** The kind of a claim that names its tasks: with no queue named, it takes them from any. */
export function namingKind({ queues, acceptTypes, capabilities }: WorkKind): WorkKind {
  return { queues, anyQueue: queues.length === 0, acceptTypes, capabilities };
}

/** The same for all workers of one kind, in whatever order they name what they can do. */
export function workKindKey({ queues, acceptTypes, capabilities }: WorkKind): string {
  return JSON.stringify([queues, acceptTypes, capabilities].map((words) => [...new Set(words)].sort()));
}

type Requirement = Pick<Lane, "queue" | "type" | "capabilities">;

export function canDo(kind: WorkKind, { queue, type, capabilities }: Requirement): boolean {
  return (
    (kind.anyQueue === true || kind.queues.includes(queue)) &&
    (kind.acceptTypes.length === 0 || kind.acceptTypes.includes(type)) &&
    capabilities.every((one) => kind.capabilities.includes(one))
  );
}
