// The scenarios of this folder, each in a tenant of its own on one server. A step that is refused must be followed by
// one that expects the refusal.
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { featureOf, readFeatures } from "../../src/build/read-features.ts";
import { kitTimeoutMs, shareKit } from "../clients/typescript/kit.ts";
import { findStep, refusalStep, unusedSteps } from "./steps.ts";
import { openWorld, refusalOf, type World } from "./world.ts";
import "./steps-agent-sessions.ts";
import "./steps-agents.ts";
import "./steps-coordination.ts";
import "./steps-doors.ts";
import "./steps-leases.ts";
import "./steps-ledger.ts";
import { pushFlags } from "./steps-nodes.ts";
import "./steps-tasks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** A lease of a moment is lost soon. */
const flags = ["--machines", "on", "--lease-ttl-min-ms", "100", "--sweep-interval-ms", "50", ...(await pushFlags())];

describe("features", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags });

  const features = readFeatures(root);
  let played = 0;
  for (const { name, scenarios } of features) {
    describe(name, () => {
      test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_name, { steps }) => {
        played += 1;
        await play(await openWorld(kitOf()), steps);
      });
    });
  }

  afterAll(() => {
    // Not if only some are asked for.
    if (played === features.flatMap(({ scenarios }) => scenarios).length) expect(unusedSteps()).toEqual([]);
  });
});

type Steps = ReturnType<typeof readFeatures>[number]["scenarios"][number]["steps"];

async function play(world: World, steps: Steps): Promise<void> {
  for (const { text, below } of steps) {
    if (world.refusal && !refusalStep.test(text)) throw world.refusal;
    const { action, values } = findStep(text);
    try {
      await action(world, ...values, ...(below === undefined ? [] : [below]));
    } catch (thrown) {
      world.refusal = refusalOf(thrown);
      if (!world.refusal)
        throw new Error(`${text}: ${thrown instanceof Error ? thrown.message : thrown}`, { cause: thrown });
    }
  }
  if (world.refusal) throw world.refusal;
}

test("a scenario is read with its tags and steps, the background first", () => {
  const text = `@spec_a
Feature: F
  Background:
    Given one
  @req_b
  Scenario Outline: S
    Then <what>
      """
      below
      """
    Examples:
      | what |
      | two  |
`;
  expect(featureOf("f.feature", text)).toEqual({
    path: "f.feature",
    name: "F",
    scenarios: [
      {
        name: "S",
        tags: ["spec_a", "req_b"],
        steps: [
          { text: "one", below: undefined },
          { text: "two", below: "below" },
        ],
      },
    ],
  });
});

test("a step that no sentence means is an error", () => {
  expect(() => findStep("agent ann dances")).toThrow('no step is called "agent ann dances"');
});
