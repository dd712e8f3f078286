// Agents cost tasks nothing: no statement but those about agents touches their tables, so none that creates, claims,
// grants or settles a task does.
import { expect, test } from "vitest";
import { readStatements } from "./plan-shape.ts";

const ofAgents = /\b(?:from|into|join|update|using)\s+agent(?:_version|_word|_write)?\b/i;

test("the tables of agents are touched by statements about agents alone", async () => {
  const touching = [...(await readStatements()).values()].filter(({ sql }) => ofAgents.test(sql));
  const names = touching.map(({ name }) => name).sort();
  expect(names.filter((name) => !name.includes("Agent"))).toEqual([]);
  // A control: they are found.
  expect(names).toEqual(
    expect.arrayContaining(["ReadAgent", "InsertAgentWords", "FindAgentWrites", "DeleteAgentWrites"]),
  );
});
