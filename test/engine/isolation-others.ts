// The parts of isolation.test.ts about agents, nodes, roll-outs, queues, signals, scopes and machines, together.
import { agentProbes } from "./isolation-agents.ts";
import { machineProbes } from "./isolation-machines.ts";
import { nodeProbes } from "./isolation-nodes.ts";
import { queueProbes } from "./isolation-queues.ts";
import { rolloutProbes } from "./isolation-rollouts.ts";
import { scopeProbes } from "./isolation-scopes.ts";
import { signalProbes } from "./isolation-signals.ts";

export const otherProbes = {
  ...agentProbes,
  ...machineProbes,
  ...nodeProbes,
  ...rolloutProbes,
  ...queueProbes,
  ...scopeProbes,
  ...signalProbes,
};
