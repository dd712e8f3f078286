// What a worker tells when its program listens to no events: what went wrong, a line each, on stderr. A worker that
// works says nothing.
import { WorkStopped } from "./errors.ts";
import type { WorkerEvent } from "./worker-events.ts";

export function tellTrouble(event: WorkerEvent): void {
  const line = troubleOf(event);
  if (line !== undefined) console.error(`asyncgate: ${line}`);
}

function troubleOf(event: WorkerEvent): string | undefined {
  switch (event.type) {
    case "disconnected":
      return `not connected: ${event.error.message}; trying again in ${Math.round(event.retryInMs)} ms`;
    case "thrown":
      // A handler that stops because it was told to has not failed.
      if (event.error instanceof WorkStopped) return undefined;
      return `${nameOf(event)} failed: ${errorText(event.error)}`;
    case "refused":
      return `${nameOf(event)} was ${event.ending}, and the server refused it: ${event.error.message}`;
    case "output_refused":
      return `${nameOf(event)}: the server takes no more of ${event.stream}: ${event.error.message}`;
    case "lost":
      return `${nameOf(event)}: the lease is lost, and another worker may have the task`;
    case "lease_limit":
      return `the server gives this session at most ${event.leasesMax} tasks at once`;
    default:
      return undefined;
  }
}

function nameOf({ task }: { readonly task: { readonly type: string; readonly taskId: string } }): string {
  return `${task.type} ${task.taskId}`;
}

/** With its stack, which says where in the handler it was thrown. */
function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
