// What a worker can do. Workers of one kind can do the same tasks, so their claims are served together.
import type { Lane } from "./lane.ts";
import { taskDefaults } from "./limits.ts";
import { offered } from "./preflight.ts";

export type WorkKind = {
  readonly queues: readonly string[];
  /** It names its tasks, and takes them from any queue. */
  readonly anyQueue?: boolean | undefined;
  /** If empty, any. */
  readonly acceptTypes: readonly string[];
  readonly capabilities: readonly string[];
  /** The session of an agent that it works in: what there is for it differs from what there is for all others. */
  readonly agentSessionId?: string | undefined;
};

/** The kind with the default queue filled in where none is named. */
export function workKind({ queues, acceptTypes, capabilities, agentSessionId }: WorkKind): WorkKind {
  return {
    queues: queues.length > 0 ? queues : [taskDefaults.queue],
    acceptTypes,
    capabilities: offered(capabilities),
    agentSessionId,
  };
}

/** The kind of a claim that names its tasks: with no queue named, it takes them from any. */
export function namingKind({ queues, acceptTypes, capabilities }: WorkKind): WorkKind {
  return { queues, anyQueue: queues.length === 0, acceptTypes, capabilities: offered(capabilities) };
}

/** The same for all workers of one kind, in whatever order they name what they can do. */
export function workKindKey({ queues, acceptTypes, capabilities, agentSessionId }: WorkKind): string {
  const words = [queues, acceptTypes, capabilities].map((some) => [...new Set(some)].sort());
  return JSON.stringify(agentSessionId === undefined ? words : [...words, agentSessionId]);
}

type Requirement = Pick<Lane, "queue" | "type" | "capabilities">;

export function canDo(kind: WorkKind, { queue, type, capabilities }: Requirement): boolean {
  return (
    (kind.anyQueue === true || kind.queues.includes(queue)) &&
    (kind.acceptTypes.length === 0 || kind.acceptTypes.includes(type)) &&
    capabilities.every((one) => kind.capabilities.includes(one))
  );
}
