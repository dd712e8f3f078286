// RouteTask as a rule: which agent a task belongs to, and why. The same facts give the same answer, in whatever order
// they come.
import {
  RouteMatch,
  type RouteQuery,
  type RouteTaskResponse,
} from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { phraseOf, phrasesIn, wordCount } from "./agent-phrases.ts";
import { compoundKey } from "./compound-key.ts";
import { invalidArgument, type Refusal } from "./refusal.ts";
import { WordKind } from "./register-agent.ts";

/** What to look up for a query. */
export type Lookup = {
  readonly kind: number;
  readonly words: readonly string[];
  /** Only words that are this to their agents. If absent, any. */
  readonly match?: RouteMatch;
};

export function lookupOf(query: RouteQuery | undefined, field: string): Lookup | Refusal {
  switch (query?.by.case) {
    case "text":
      return { kind: WordKind.phrase, words: phrasesIn(query.by.value) };
    case "domain":
      return { kind: WordKind.phrase, words: [phraseOf(query.by.value)], match: RouteMatch.DOMAIN };
    case "capability":
      return { kind: WordKind.capability, words: [query.by.value] };
    case "taskType":
      return { kind: WordKind.taskType, words: [query.by.value] };
    default: {
      const description = "must have one of text, domain, capability and task_type";
      return invalidArgument([{ field, description, rule: "route.query" }]);
    }
  }
}

/** A word of a lookup that an agent is found by. */
export type FoundWord = {
  readonly word: string;
  readonly agentId: string;
  readonly match: RouteMatch;
  readonly value: string;
  readonly defersTo: string | null;
};

/** An agent that matches. */
export type Candidate = {
  readonly agentId: string;
  readonly match: RouteMatch;
  /** What of it matches: of several, the one with the most words. */
  readonly value: string;
  /** How many words of it match, in all. */
  readonly words: number;
  /** The agents that leave it to this one, in a row. */
  readonly via: readonly string[];
};

/** All agents that are found, the best first; whether they are ACTIVE, and which has less load, is left open. */
export function candidatesOf(found: readonly FoundWord[]): Candidate[] {
  const byAgent = Map.groupBy(found.length === 0 ? [] : withoutDeferrals(found), ({ agentId }) => agentId);
  return [...byAgent.values()].map(joined).sort(byMatch);
}

type Hit = Omit<FoundWord, "defersTo"> & { readonly via: readonly string[] };

/** What an agent leaves to another counts for that one. */
function withoutDeferrals(found: readonly FoundWord[]): Hit[] {
  const next = new Map(
    found.flatMap(({ word, agentId, defersTo }) => (defersTo ? [[compoundKey(word, agentId), defersTo] as const] : [])),
  );
  return found.flatMap(({ defersTo, ...hit }): Hit[] => {
    const via: string[] = [];
    let { agentId } = hit;
    for (let to = defersTo ?? undefined; to !== undefined; to = next.get(compoundKey(hit.word, agentId))) {
      // Each leaves it to the next, and the last to the first again: it belongs to none of them.
      if (via.includes(agentId)) return [];
      via.push(agentId);
      agentId = to;
    }
    return [{ ...hit, agentId, via }];
  });
}

/** The hits of one agent: those of the best kind count. */
function joined(hits: readonly Hit[]): Candidate {
  const match = Math.min(...hits.map((hit) => hit.match)) as RouteMatch;
  const best = hits.filter((hit) => hit.match === match).sort(byWords);
  const phrases = new Set(best.map(({ word }) => word));
  const [first] = best as [Hit];
  const words = [...phrases].reduce((sum, phrase) => sum + wordCount(phrase), 0);
  return { agentId: first.agentId, match, value: first.value, words, via: first.via };
}

/** Longer phrases first; then what the agent has itself, before what others leave to it. */
function byWords(one: Hit, other: Hit): number {
  return (
    wordCount(other.word) - wordCount(one.word) ||
    one.via.length - other.via.length ||
    compare(one.word, other.word) ||
    compare(one.value, other.value) ||
    compare(one.via.join(), other.via.join())
  );
}

function byMatch(one: Candidate, other: Candidate): number {
  return one.match - other.match || other.words - one.words || compare(one.agentId, other.agentId);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Those at the front that match alike: of these, the load decides. */
export function alike(candidates: readonly Candidate[]): Candidate[] {
  const [first] = candidates;
  return candidates.filter(({ match, words }) => match === first?.match && words === first.words);
}

/** As the contract says. */
const alternativesMax = 10;

export type Route = Pick<RouteTaskResponse, "matchType" | "matchedValue" | "why" | "alternatives"> & {
  /** Undefined: no agent matches. */
  readonly agentId: string | undefined;
};

export type RouteFacts = {
  readonly query: RouteQuery;
  /** All that are found. */
  readonly candidates: readonly Candidate[];
  readonly active: ReadonlySet<string>;
  /** Of those that match alike; one that is not there counts as more than any other. */
  readonly loads: ReadonlyMap<string, number>;
};

export function routeTask({ query, candidates, active, loads }: RouteFacts): Route {
  const inUse = candidates.filter(({ agentId }) => active.has(agentId));
  const loadOf = ({ agentId }: Candidate) => loads.get(agentId) ?? Number.POSITIVE_INFINITY;
  const rivals = alike(inUse).sort((one, other) => loadOf(one) - loadOf(other) || compare(one.agentId, other.agentId));
  const [best, ...others] = [...rivals, ...inUse.slice(rivals.length)];
  if (!best) {
    const why = whyNone(candidates);
    return { agentId: undefined, matchType: RouteMatch.UNSPECIFIED, matchedValue: "", why, alternatives: [] };
  }
  return {
    agentId: best.agentId,
    matchType: best.match,
    matchedValue: best.value,
    why: [whyMatched(query, best), whyLeft(best), whyBest(rivals, loads, others.length)].filter(Boolean).join(" "),
    alternatives: others.slice(0, alternativesMax).map(({ agentId, match, value }) => ({
      $typeName: "asyncgate.v1.RouteAlternative",
      agentId,
      matchType: match,
      matchedValue: value,
      load: loads.get(agentId) ?? 0,
    })),
  };
}

function whyMatched({ by }: RouteQuery, { agentId, match, value }: Candidate): string {
  const quoted = JSON.stringify(value);
  if (match === RouteMatch.TASK_TYPE) return `A tool of ${agentId} makes tasks of the type ${quoted}.`;
  if (match === RouteMatch.KEYWORD) return `The text has ${quoted}, a keyword of ${agentId}.`;
  const what = match === RouteMatch.DOMAIN ? "which belongs to" : "which is a capability of";
  return by.case === "text"
    ? `The text has ${quoted}, ${what} ${agentId}.`
    : `Asked for ${quoted}, ${what} ${agentId}.`;
}

function whyLeft({ agentId, via }: Candidate): string {
  if (via.length === 0) return "";
  return `It is left to it: ${[...via, agentId].join(" leaves it to ")}.`;
}

function whyBest(rivals: readonly Candidate[], loads: ReadonlyMap<string, number>, others: number): string {
  const [best, second] = rivals;
  if (!best || !second) return others === 0 ? "No other agent matches." : `Others that match less well: ${others}.`;
  const [load, next] = [loads.get(best.agentId) ?? 0, loads.get(second.agentId)];
  return next === load
    ? `Of ${rivals.length} that match alike it is the first by id, with a load of ${load}.`
    : `Of ${rivals.length} that match alike it has the least load: ${load}.`;
}

/** Something was found, perhaps, and led to agents that are not in use. */
function whyNone(candidates: readonly Candidate[]): string {
  const [left] = candidates.filter(({ via }) => via.length > 0);
  if (!left) return "No ACTIVE agent matches.";
  const { agentId, value, via } = left;
  return `No ACTIVE agent matches: ${via.at(-1)} leaves ${JSON.stringify(value)} to ${agentId}, which is not ACTIVE.`;
}
