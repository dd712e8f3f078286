// What this server knows of the health of agents. A check is used for a while, and one at a time is under way for each.
import type { AgentCheck } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { renewBounded } from "../../core/bounded-map.ts";
import { compoundKey } from "../../core/compound-key.ts";

/** As the contract says. */
const usedForMs = 10_000;
/** Each costs some hundred bytes. */
const knownMax = 10_000;

type Known = { readonly check: AgentCheck; readonly untilMs: number };
/** A check, and for how long it may be used at most. */
export type Looked = { readonly check: AgentCheck; readonly usableMs: number };

export type KnownHealth = {
  /** The last check, if it is not too old. */
  fresh(tenantId: string, agentId: string): AgentCheck | undefined;
  /** The last check, however old: it led to what is granted now. */
  last(tenantId: string, agentId: string): AgentCheck | undefined;
  /** The check that is fresh or under way, or else a new one. A check that fails says nothing. */
  check(tenantId: string, agentId: string, look: () => Promise<Looked>): Promise<AgentCheck>;
  /** What has changed is looked at again. */
  forget(tenantId: string, agentId: string): void;
};

export function createKnownHealth(usedMs = usedForMs): KnownHealth {
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<AgentCheck>>();

  function freshOf(key: string): AgentCheck | undefined {
    const one = known.get(key);
    return one && one.untilMs > performance.now() ? one.check : undefined;
  }

  async function lookAndKeep(key: string, look: () => Promise<Looked>): Promise<AgentCheck> {
    try {
      const { check, usableMs } = await look();
      // Forgotten meanwhile: what it found may be from before the change.
      if (underWay.has(key)) {
        const untilMs = performance.now() + Math.min(usedMs, usableMs);
        renewBounded(known, key, { check, untilMs }, knownMax);
      }
      return check;
    } finally {
      underWay.delete(key);
    }
  }

  return {
    fresh: (tenantId, agentId) => freshOf(compoundKey(tenantId, agentId)),
    last: (tenantId, agentId) => known.get(compoundKey(tenantId, agentId))?.check,
    async check(tenantId, agentId, look) {
      const key = compoundKey(tenantId, agentId);
      const fresh = freshOf(key);
      if (fresh) return fresh;
      const pending = underWay.get(key) ?? lookAndKeep(key, look);
      underWay.set(key, pending);
      return await pending;
    },
    forget(tenantId, agentId) {
      const key = compoundKey(tenantId, agentId);
      known.delete(key);
      underWay.delete(key);
    },
  };
}
