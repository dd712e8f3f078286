// What every agent's workers offer, and tasks for it require.

export const agentCapabilityPrefix = "agent:";

export function capabilityOf(agentId: string): string {
  return `${agentCapabilityPrefix}${agentId}`;
}
