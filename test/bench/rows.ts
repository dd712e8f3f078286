// Every row of the benchmark, in the order in which they run.
import type { Row } from "./row.ts";
import { agentSessions } from "./rows/agent-sessions.ts";
import { attackP99 } from "./rows/attack-p99.ts";
import { bytes } from "./rows/bytes.ts";
import { doorCost } from "./rows/door-cost.ts";
import { doors } from "./rows/doors.ts";
import { claims, obligations } from "./rows/flatness.ts";
import { floodFairness } from "./rows/flood-fairness.ts";
import { heldSnapshot } from "./rows/held-snapshot.ts";
import { idleCost } from "./rows/idle-cost.ts";
import { keepCost } from "./rows/keep-cost.ts";
import { kits } from "./rows/kits.ts";
import { latency } from "./rows/latency.ts";
import { memory } from "./rows/memory.ts";
import { nodes } from "./rows/nodes.ts";
import { output } from "./rows/output.ts";
import { batched, processes, unbatched } from "./rows/pipelines.ts";
import { schedules } from "./rows/schedules.ts";
import { steps } from "./rows/steps.ts";
import { waits } from "./rows/waits.ts";

export const allRows: readonly Row[] = [
  batched,
  unbatched,
  kits,
  processes,
  bytes,
  steps,
  latency,
  waits,
  schedules,
  output,
  claims,
  obligations,
  keepCost,
  idleCost,
  agentSessions,
  nodes,
  memory,
  doorCost,
  doors,
  floodFairness,
  heldSnapshot,
  attackP99,
];
