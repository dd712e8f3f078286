// Preflights as rules: whether an agent is well, which agents a task is for, and how a task that requires one is kept
// from workers. It requires, beside the agent's capability, a word that no worker can offer: the server adds it to what
// a worker offers while the agent is well. So such tasks lie in lanes of their own, and others do not notice. Decision
// 0038.
import { type AgentCheck, AgentHealth, type AgentProbe } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { PreflightOutcome } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { Preflight } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CreateTaskRequest } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { agentCapabilityPrefix } from "./agent-capability.ts";
import type { FieldViolation } from "./refusal.ts";

/** Only the server says a word that begins with it. */
const preflightPrefix = "preflight:";

/** The agents whose capabilities are among these. */
export function agentsAmong(capabilities: readonly string[]): string[] {
  return capabilities.flatMap((one) =>
    one.startsWith(agentCapabilityPrefix) ? [one.slice(agentCapabilityPrefix.length)] : [],
  );
}

/** Whether a worker works for an agent. */
export function isOfAgent({ capabilities }: { readonly capabilities: readonly string[] }): boolean {
  return capabilities.some((one) => one.startsWith(agentCapabilityPrefix));
}

export function preflightWord(agentId: string): string {
  return `${preflightPrefix}${agentId}`;
}

export function agentOfWord(word: string): string {
  return word.slice(preflightPrefix.length);
}

function isReserved(capability: string): boolean {
  return capability.startsWith(preflightPrefix);
}

/** What a worker may offer: words of the server are left out. */
export function offered(capabilities: readonly string[]): readonly string[] {
  return capabilities.some(isReserved) ? capabilities.filter((one) => !isReserved(one)) : capabilities;
}

export function faultsOfCapabilities(capabilities: readonly string[] = [], field: string): FieldViolation[] {
  return capabilities.flatMap((one, place) =>
    isReserved(one)
      ? [
          {
            field: `${field}[${place}]`,
            description: `must not begin with ${preflightPrefix}, which is the server's`,
            rule: "task.preflight_word",
          },
        ]
      : [],
  );
}

type Asked = Pick<CreateTaskRequest, "preflight" | "requirements">;

export function faultsOfPreflight({ preflight, requirements }: Asked): FieldViolation[] {
  const capabilities = requirements?.capabilities ?? [];
  const reserved = faultsOfCapabilities(capabilities, "requirements.capabilities");
  if (preflight === Preflight.UNSPECIFIED || agentsAmong(capabilities).length > 0) return reserved;
  const description = "must be unspecified unless the task requires the capability of an agent: agent:painter";
  return [...reserved, { field: "preflight", description, rule: "task.preflight" }];
}

/** As the task tells it. */
export function preflightOf({ preflight, requirements }: Asked): Preflight {
  if (preflight !== Preflight.UNSPECIFIED) return preflight;
  return requirements && isOfAgent(requirements) ? Preflight.ADVISORY : Preflight.UNSPECIFIED;
}

/** What a worker must offer to be granted the task: with the server's word for each agent that must be well. */
export function laneCapabilities({ preflight, requirements }: Asked): readonly string[] {
  const capabilities = requirements?.capabilities ?? [];
  if (preflight !== Preflight.REQUIRED) return capabilities;
  return [...capabilities, ...agentsAmong(capabilities).map(preflightWord)];
}

/** By what its probes and its sessions say. Endpoints that may not be probed count as none. */
export function healthOf(probes: readonly Pick<AgentProbe, "ok" | "skipped">[], liveSessions: number): AgentHealth {
  const probed = probes.filter(({ skipped }) => !skipped);
  const well = probed.filter(({ ok }) => ok).length;
  if (probed.length === 0) return liveSessions > 0 ? AgentHealth.OK : AgentHealth.NO_PROBES;
  if (well === probed.length) return AgentHealth.OK;
  return well > 0 || liveSessions > 0 ? AgentHealth.DEGRADED : AgentHealth.DOWN;
}

type Check = Pick<AgentCheck, "health" | "override">;

/** How the agent passes; undefined: it does not. A check has the override that is in force. */
export function passOf({ health, override }: Check): "passed" | "overridden" | undefined {
  if (health === AgentHealth.OK) return "passed";
  return override ? "overridden" : undefined;
}

/** Whether all that was asked about may be relied on: strictly, only what is known to be well. */
export function allPass(checks: readonly Check[], isStrict: boolean): boolean {
  const passes = (check: Check) => passOf(check) !== undefined || (!isStrict && check.health === AgentHealth.NO_PROBES);
  return checks.length > 0 && checks.every(passes);
}

/** What the receipt of a grant says. `checks`: of its agents, as far as they are known. */
export function outcomeOf(preflight: Preflight, checks: readonly (Check | undefined)[]): PreflightOutcome {
  if (preflight === Preflight.UNSPECIFIED) return PreflightOutcome.UNSPECIFIED;
  const ways = checks.map((check) => check && passOf(check));
  if (preflight === Preflight.REQUIRED) {
    // It was in a lane that only a worker of passing agents is shown; what is known may have changed since.
    return ways.includes("overridden") ? PreflightOutcome.OVERRIDDEN : PreflightOutcome.PASSED;
  }
  const isPassed = preflight === Preflight.ADVISORY && ways.length > 0 && ways.every((way) => way === "passed");
  return isPassed ? PreflightOutcome.PASSED : PreflightOutcome.SKIPPED;
}

const problemsTold = 2;

/** Why an agent is not well, in a few words. */
export function whyNot({ health, probes, liveSessions }: AgentCheck): string {
  if (health === AgentHealth.OK) return "";
  if (health === AgentHealth.UNSPECIFIED) return "no such agent is registered";
  const failing = probes.filter(({ ok, skipped }) => !ok && !skipped);
  const told = failing.slice(0, problemsTold).map(({ url, problem }) => `${url} ${problem}`);
  const sessions = liveSessions === 0 ? ["no session of it lives"] : [];
  return [...told, ...sessions].join(", ");
}
