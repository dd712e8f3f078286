// What the tokens of an answer have cost.
import type { AgentCost, AgentUsage } from "./agent-result.ts";

/** Per million tokens, in any currency. Without a price of their own, cached tokens cost as much as the others. */
export type ModelPrices = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
};

const million = 1_000_000;

export function costOf(usage: AgentUsage, prices: ModelPrices): AgentCost {
  const { input, output, cache_read: read = 0, cache_write: written = 0 } = usage;
  const costs = {
    input: (Math.max(0, input - read - written) * prices.input) / million,
    output: (output * prices.output) / million,
    ...(read > 0 && { cache_read: (read * (prices.cacheRead ?? prices.input)) / million }),
    ...(written > 0 && { cache_write: (written * (prices.cacheWrite ?? prices.input)) / million }),
  };
  return { ...costs, total: costs.input + costs.output + (costs.cache_read ?? 0) + (costs.cache_write ?? 0) };
}
