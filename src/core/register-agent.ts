// RegisterAgent as a rule: what a definition may say, which version it becomes, and what the agent is found by.
import {
  type Agent,
  AgentRole,
  AgentSchema,
  AgentStatus,
  type AgentTool,
} from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { RouteMatch } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { encode } from "../wire/encode.ts";
import { agentCapabilityPrefix } from "./agent-capability.ts";
import { phraseOf } from "./agent-phrases.ts";
import { timestampOfDate } from "./duration.ts";
import type { Limits } from "./limits.ts";
import { faultsOfCapabilities } from "./preflight.ts";
import { faultOfAddressee, formatPrincipal, parsePrincipal } from "./principal.ts";
import { agentVersionConflict, type FieldViolation, invalidArgument, limitExceeded, type Refusal } from "./refusal.ts";
import { compileSchema } from "./schema.ts";
import { faultOfResource } from "./scopes.ts";

/** What is wrong with an agent that no rule on one field can say. */
export function checkAgent(agent: Agent, limits: Limits): Refusal | undefined {
  const bytes = encode(AgentSchema, agent).length;
  const bound = limits.agent_bytes_max;
  if (bytes > bound) return limitExceeded({ limit: "agent_bytes_max", bound, value: bytes, field: "agent" });
  const violations = [
    ...faultsOfNames(agent),
    ...faultsOfContract(agent),
    ...agent.tools.flatMap((tool, place) => faultsOfTool(tool, place, agent.tools)),
    ...agent.writeScopes.flatMap((resource, place) => {
      const description = faultOfResource(resource);
      return description === undefined ? [] : [fault(`write_scopes[${place}]`, description, "resource")];
    }),
    ...agent.endpoints.flatMap(({ url }, place) => faultsOfUrl(url, `endpoints[${place}].url`)),
    ...faultsOfStatus(agent),
  ];
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

function fault(field: string, description: string, rule: string): FieldViolation {
  return { field: `agent.${field}`, description, rule: `agent.${rule}` };
}

const noWords = "must have letters or digits, and no more than fit into an index";

function faultsOfNames({ domain, capabilities, keywords, roles, principal }: Agent): FieldViolation[] {
  const ownKind = faultOfAddressee(principal);
  return [
    ...(domain !== "" && phraseOf(domain) === "" ? [fault("domain", noWords, "words")] : []),
    ...keywords.flatMap((one, place) => (phraseOf(one) === "" ? [fault(`keywords[${place}]`, noWords, "words")] : [])),
    ...capabilities.flatMap((one, place) =>
      one.startsWith(agentCapabilityPrefix)
        ? [fault(`capabilities[${place}]`, "must not begin with agent:, which each agent has by itself", "capability")]
        : [],
    ),
    ...faultsOfCapabilities(capabilities, "agent.capabilities"),
    ...(new Set(roles).size < roles.length ? [fault("roles", "must be different", "roles")] : []),
    ...(ownKind ? [{ ...ownKind, field: "agent.principal.kind" }] : []),
  ];
}

function faultsOfContract({ agentId, domain, contract }: Agent): FieldViolation[] {
  if (!contract) return [];
  const owned = new Set([domain, ...contract.owns].map(phraseOf));
  const deferred = contract.defers.map(({ what }) => phraseOf(what));
  return [
    ...contract.owns.flatMap((one, place) =>
      phraseOf(one) === "" ? [fault(`contract.owns[${place}]`, noWords, "words")] : [],
    ),
    ...contract.defers.flatMap(({ to }, place) => {
      const [field, phrase] = [`contract.defers[${place}]`, deferred[place] ?? ""];
      if (phrase === "") return [fault(`${field}.what`, noWords, "words")];
      if (owned.has(phrase)) return [fault(`${field}.what`, "must be nothing that the agent owns", "deferral")];
      if (deferred.indexOf(phrase) < place) return [fault(`${field}.what`, "must be there once", "deferral")];
      return to === agentId ? [fault(`${field}.to`, "must be another agent", "deferral")] : [];
    }),
  ];
}

function faultsOfTool({ name, inputSchema }: AgentTool, place: number, all: readonly AgentTool[]): FieldViolation[] {
  const field = `tools[${place}]`;
  const isRepeated = all.findIndex((one) => one.name === name) < place;
  const compiled =
    inputSchema === ""
      ? undefined
      : compileSchema(inputSchema, { field: `agent.${field}.input_schema`, rule: "input" });
  return [
    ...(isRepeated ? [fault(`${field}.name`, "must be unique within the agent", "tool_name")] : []),
    ...(Array.isArray(compiled) ? (compiled as readonly FieldViolation[]) : []),
  ];
}

function faultsOfUrl(text: string, field: string): FieldViolation[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  const isPlain = url?.username === "" && url.password === "" && !text.includes("#");
  return isWeb && isPlain ? [] : [fault(field, "must be an http or https URL without user and fragment", "url")];
}

function faultsOfStatus({ agentId, status, supersededBy }: Agent): FieldViolation[] {
  if (supersededBy === "") return [];
  if (status !== AgentStatus.SUPERSEDED) {
    return [fault("superseded_by", "must be empty unless the status is SUPERSEDED", "superseded_by")];
  }
  return supersededBy === agentId ? [fault("superseded_by", "must be another agent", "superseded_by")] : [];
}

/** With all that a request may leave open, and nothing that only the server sets. */
export function definitionOf(asked: Agent): Agent {
  const { createTime: _created, updateTime: _updated, registeredBy: _by, ...rest } = asked;
  return {
    ...rest,
    status: asked.status || AgentStatus.ACTIVE,
    roles: asked.roles.length > 0 ? [...asked.roles].sort((one, other) => one - other) : [AgentRole.EXECUTOR],
    version: 0n,
  };
}

export type Registration = { readonly agent: Agent; readonly changed: boolean };

/** The next version of an agent, of which `before` is the present one. */
export function registerAgent(
  before: Agent | undefined,
  definition: Agent,
  { now, by, expectedVersion }: { readonly now: Date; readonly by: string; readonly expectedVersion: bigint },
): Registration | Refusal {
  const { agentId } = definition;
  const version = before?.version ?? 0n;
  if (expectedVersion !== 0n && expectedVersion !== version) {
    return agentVersionConflict({ agentId, version, expectedVersion });
  }
  if (before && isSame(before, definition)) return { agent: before, changed: false };
  if (before && definition.status === AgentStatus.PLANNED && before.status !== AgentStatus.PLANNED) {
    const description = "must not be PLANNED again, once it was another";
    return invalidArgument([fault("status", description, "status")]);
  }
  const time = timestampOfDate(now);
  const agent: Agent = {
    ...definition,
    version: version + 1n,
    createTime: before?.createTime ?? time,
    updateTime: time,
    registeredBy: parsePrincipal(by),
  };
  return { agent, changed: true };
}

function isSame(before: Agent, definition: Agent): boolean {
  const bytes = encode(AgentSchema, definitionOf(before));
  return Buffer.compare(bytes, encode(AgentSchema, definition)) === 0;
}

/** How a word is looked up: as a phrase, or letter by letter. By its principal, an agent is found that calls. */
export const WordKind = { phrase: 1, capability: 2, taskType: 3, principal: 4 } as const;

/** Something that an agent is found by. */
export type AgentWord = {
  readonly kind: number;
  readonly word: string;
  readonly match: RouteMatch;
  readonly value: string;
  readonly defersTo: string | null;
};

/** What an ACTIVE agent is found by; others are not found. */
export function wordsOfAgent(agent: Agent): AgentWord[] {
  const { status, domain, contract, capabilities, keywords, tools, principal } = agent;
  if (status !== AgentStatus.ACTIVE) return [];
  const { DOMAIN, CAPABILITY, KEYWORD, TASK_TYPE } = RouteMatch;
  const phrase = (match: RouteMatch, value: string, defersTo: string | null = null): AgentWord => {
    return { kind: WordKind.phrase, word: phraseOf(value), match, value, defersTo };
  };
  const words = [
    ...(domain === "" ? [] : [phrase(DOMAIN, domain)]),
    ...(contract?.owns ?? []).map((value) => phrase(DOMAIN, value)),
    ...(contract?.defers ?? []).map(({ what, to }) => phrase(DOMAIN, what, to)),
    ...capabilities.map((value) => phrase(CAPABILITY, value)),
    ...keywords.map((value) => phrase(KEYWORD, value)),
    ...capabilities.map((value) => ({ ...phrase(CAPABILITY, value), kind: WordKind.capability, word: value })),
    ...(principal ? [principalWord(formatPrincipal(principal))] : []),
    ...tools.map(({ taskType }) => ({ ...phrase(TASK_TYPE, taskType), kind: WordKind.taskType, word: taskType })),
  ];
  // Of two spellings of one phrase, the first is told.
  const distinct = new Map<string, AgentWord>();
  for (const one of words.filter(({ word }) => word !== "").reverse()) {
    distinct.set(`${one.kind} ${one.match} ${one.word}`, one);
  }
  return [...distinct.values()].reverse();
}

function principalWord(word: string): AgentWord {
  return { kind: WordKind.principal, word, match: RouteMatch.UNSPECIFIED, value: word, defersTo: null };
}

/** The write scopes of an ACTIVE agent as keys, each once; others keep none out. */
export function writeKeysOf({ status, writeScopes }: Agent): string[] {
  return status === AgentStatus.ACTIVE ? writeScopes.map((resource) => `${resource}/`) : [];
}
