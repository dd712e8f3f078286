// Reads the features of test/features: their scenarios with their tags and steps. Backgrounds and examples are worked
// in.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from "@cucumber/gherkin";
import { IdGenerator } from "@cucumber/messages";

export type Scenario = {
  readonly name: string;
  /** Without the `@`. */
  readonly tags: readonly string[];
  readonly steps: readonly { readonly text: string; readonly below: string | undefined }[];
};

export type Feature = { readonly path: string; readonly name: string; readonly scenarios: readonly Scenario[] };

/** By their paths from the root of the repository, in order. */
export function readFeatures(root: string): Feature[] {
  return globSync("test/features/*.feature", { cwd: root })
    .sort()
    .map((path) => featureOf(path, readFileSync(join(root, path), "utf8")));
}

export function featureOf(path: string, text: string): Feature {
  const newId = IdGenerator.incrementing();
  const document = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher()).parse(text);
  const pickles = compile(document, path, newId);
  return {
    path,
    name: document.feature?.name ?? "",
    scenarios: pickles.map(({ name, tags, steps }) => ({
      name,
      tags: tags.map((tag) => tag.name.slice(1)),
      steps: steps.map((one) => ({ text: one.text, below: one.argument?.docString?.content })),
    })),
  };
}
