// Every requirement has its place, its test or its phase, and every scenario says what it shows.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  namesOf,
  type Requirements,
  readRequirements,
  requirementFaults,
} from "../../src/build/generate-docs-requirements.ts";
import { type Feature, readFeatures } from "../../src/build/read-features.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("every requirement has a scenario, a test, a law or a phase, and every scenario shows some", () => {
  expect(requirementFaults(readRequirements(root), readFeatures(root), namesOf(root))).toEqual([]);
});

test("a control: what does not fit together is found", () => {
  const requirements: Requirements = {
    phases: { 3: "later" },
    specs: {
      one: {
        title: "One",
        requirements: {
          shown: { is: "It is shown." },
          open: { is: "It is not." },
          later: { is: "It is later.", phase: 3 },
          early: { is: "It is there and later.", tests: ["test/a.test.ts"], phase: 4 },
          misnamed: { is: "It names what is not there.", tests: ["test/none.test.ts"], laws: [99] },
        },
      },
      two: { title: "Two", requirements: { shown: { is: "Again." } } },
    },
  };
  const scenario = (name: string, ...tags: readonly string[]) => ({ name, tags, steps: [] });
  const features: Feature[] = [
    {
      path: "a.feature",
      name: "A",
      scenarios: [
        scenario("good", "spec_one", "req_shown"),
        scenario("bare"),
        scenario("torn", "spec_one", "spec_two", "req_shown"),
        scenario("lost", "spec_three", "req_none"),
      ],
    },
  ];
  const names = { isFile: (path: string) => path === "test/a.test.ts", lawNumbers: new Set([1]) };
  expect(requirementFaults(requirements, features, names)).toEqual([
    "open has no scenario, no test, no law and no phase",
    "early is met, and has a phase",
    "early has a phase that is not there: 4",
    "misnamed names test/none.test.ts, which is not there",
    "misnamed names law 99, which is not there",
    "shown is there twice",
    "a.feature: bare must have one tag @spec_…",
    "a.feature: bare has no tag @req_…",
    "a.feature: torn must have one tag @spec_…",
    "a.feature: lost is of a spec that is not there: three",
    "a.feature: lost shows a requirement that is not there: none",
  ]);
});
