// Routing as a rule: the same facts give the same answer, in whatever order they come.
import fc from "fast-check";
import { expect, test } from "vitest";
import { RouteMatch, type RouteQuery } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { candidatesOf, type FoundWord, lookupOf, type Route, routeTask } from "../../src/core/route-task.ts";
import { queryBy } from "../helpers/agents.ts";
import { times } from "../helpers/random.ts";

const { DOMAIN, CAPABILITY, KEYWORD } = RouteMatch;
const text = queryBy("text", "whatever");

function word(agentId: string, match: RouteMatch, value: string, defersTo: string | null = null): FoundWord {
  return { word: value, agentId, match, value, defersTo };
}

function routed(
  words: readonly FoundWord[],
  loads: Readonly<Record<string, number>> = {},
  inactive: readonly string[] = [],
  query: RouteQuery = text,
): Route {
  const candidates = candidatesOf(words);
  const active = new Set(candidates.map(({ agentId }) => agentId).filter((id) => !inactive.includes(id)));
  return routeTask({ query, candidates, active, loads: new Map(Object.entries(loads)) });
}

test("a domain counts more than a capability, and that more than a keyword, however many words match", () => {
  const route = routed([
    word("c", KEYWORD, "monthly sales report of"),
    word("c", KEYWORD, "sales"),
    word("b", CAPABILITY, "sales report"),
    word("a", DOMAIN, "sales"),
  ]);
  expect(route).toMatchObject({ agentId: "a", matchType: DOMAIN, matchedValue: "sales" });
  expect(route.alternatives.map(({ agentId, matchType }) => [agentId, matchType])).toEqual([
    ["b", CAPABILITY],
    ["c", KEYWORD],
  ]);
  expect(route.why).toBe('The text has "sales", which belongs to a. Others that match less well: 2.');
});

test("of one kind, more words count more; then less load; then the id", () => {
  const words = [
    word("a", KEYWORD, "bill"),
    word("b", KEYWORD, "bill"),
    word("b", KEYWORD, "open bill"),
    word("c", KEYWORD, "open bill"),
    word("c", KEYWORD, "bill"),
    word("d", KEYWORD, "open bill"),
  ];
  expect(routed(words, { b: 3, c: 2 })).toMatchObject({
    agentId: "c",
    matchedValue: "open bill",
    why: 'The text has "open bill", a keyword of c. Of 2 that match alike it has the least load: 2.',
  });
  expect(routed(words, { b: 2, c: 2 })).toMatchObject({
    agentId: "b",
    why: expect.stringContaining("Of 2 that match alike it is the first by id, with a load of 2."),
  });
  expect(routed(words, { b: 2, c: 2 }).alternatives.map(({ agentId }) => agentId)).toEqual(["c", "d", "a"]);
});

test("what an agent leaves to another is that one's, over any number of agents", () => {
  const words = [word("a", DOMAIN, "x", "b"), word("b", DOMAIN, "x", "c")];
  expect(routed(words)).toMatchObject({ agentId: "c", alternatives: [] });
  expect(routed(words).why).toContain("It is left to it: b leaves it to c.");
  const longer = routed([word("a", DOMAIN, "x y", "b"), word("b", DOMAIN, "x y", "c")]);
  expect(longer.agentId).toBe("c");
});

test("who has it itself and who has it from others are one agent, which says that it has it itself", () => {
  const route = routed([word("a", DOMAIN, "x", "b"), word("b", DOMAIN, "x")]);
  expect(route.why).toBe('The text has "x", which belongs to b. No other agent matches.');
});

test("agents that leave it to each other in a circle get nothing, and others that match do", () => {
  const circle = [word("a", DOMAIN, "x", "b"), word("b", DOMAIN, "x", "a")];
  expect(routed(circle)).toMatchObject({ agentId: undefined, matchType: RouteMatch.UNSPECIFIED });
  expect(routed([...circle, word("c", KEYWORD, "x")]).agentId).toBe("c");
});

test("what leads to an agent that is not ACTIVE leads to none, and the answer says so", () => {
  const words = [word("a", DOMAIN, "x", "b")];
  expect(routed(words, {}, ["b"])).toMatchObject({
    agentId: undefined,
    why: 'No ACTIVE agent matches: a leaves "x" to b, which is not ACTIVE.',
  });
  expect(routed([]).why).toBe("No ACTIVE agent matches.");
});

test("an agent is an alternative at most once, and there are at most ten", () => {
  const ids = Array.from({ length: 15 }, (_, place) => `agent-${String(place).padStart(2, "0")}`);
  const route = routed(ids.flatMap((id) => [word(id, KEYWORD, "x"), word(id, CAPABILITY, "x")]));
  expect([route.agentId, ...route.alternatives.map(({ agentId }) => agentId)]).toEqual(ids.slice(0, 11));
});

const ids = fc.constantFrom("a", "b", "c", "d", "e");
const facts = fc.record({
  words: fc.uniqueArray(
    fc.record({
      word: fc.constantFrom("x", "y", "x y", "z z z"),
      agentId: ids,
      match: fc.constantFrom(DOMAIN, CAPABILITY, KEYWORD),
      defersTo: fc.option(ids),
    }),
    { maxLength: 20, selector: ({ word: one, agentId, match }) => `${one} ${agentId} ${match}` },
  ),
  loads: fc.array(fc.tuple(ids, fc.nat({ max: 3 }))),
  active: fc.subarray(["a", "b", "c", "d", "e"]),
  order: fc.infiniteStream(fc.nat()),
});

test("the same question has the same answer, in whatever order the rows come", () => {
  fc.assert(
    fc.property(facts, ({ words, loads, active, order }) => {
      const found = words.map((one): FoundWord => {
        const defersTo = one.match === DOMAIN && one.defersTo !== one.agentId ? one.defersTo : null;
        return { ...one, value: one.word.toUpperCase(), defersTo };
      });
      const shuffled = [...found]
        .map((one) => ({ one, key: order.next().value ?? 0 }))
        .sort((one, other) => one.key - other.key)
        .map(({ one }) => one);
      const answer = (rows: readonly FoundWord[], turned: boolean) =>
        routeTask({
          query: text,
          candidates: candidatesOf(rows),
          active: new Set(turned ? [...active].reverse() : active),
          loads: new Map(turned ? [...new Map(loads)].reverse() : loads),
        });
      const first = answer(found, false);
      expect(answer(shuffled, true)).toEqual(first);
      if (first.agentId !== undefined) expect(active).toContain(first.agentId);
      for (const { agentId } of first.alternatives) expect(active).toContain(agentId);
    }),
    { numRuns: times(300) },
  );
});

test("a query that names nothing is refused, and says what it may name", () => {
  const refusal = lookupOf(undefined, "route");
  expect(refusal).toMatchObject({
    reason: ErrorReason.INVALID_ARGUMENT,
    facts: { value: { violations: [{ field: "route", rule: "route.query" }] } },
  });
});
