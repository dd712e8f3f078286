// The requirements as a table: what test/features/requirements.yaml says, the scenarios that are tagged with each, and
// the laws and tests that it names.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { lawsOf, table } from "./generate-docs-tables.ts";
import { type Feature, readFeatures } from "./read-features.ts";

export type Requirement = {
  /** One sentence. */
  readonly is: string;
  /** Files of tests that show it, from the root of the repository. */
  readonly tests?: readonly string[];
  /** Numbers of laws of docs/guarantees.md. */
  readonly laws?: readonly number[];
  /** Of what is not built yet: the phase of the road in which it will be. */
  readonly phase?: number;
};

export type Requirements = {
  /** By their numbers. */
  readonly phases: Readonly<Record<string, string>>;
  readonly specs: Readonly<Record<string, Spec>>;
};

type Spec = { readonly title: string; readonly requirements: Readonly<Record<string, Requirement>> };

type Place = { readonly path: string; readonly name: string };

const reqTag = "req_";
const specTag = "spec_";

export function readRequirements(root: string): Requirements {
  return parse(readFileSync(join(root, "test/features/requirements.yaml"), "utf8")) as Requirements;
}

/** The scenarios that show each requirement, by its identifier. */
export function scenariosOf(features: readonly Feature[]): Map<string, Place[]> {
  const found = new Map<string, Place[]>();
  for (const { path, scenarios } of features) {
    for (const { name, tags } of scenarios) {
      for (const id of withPrefix(tags, reqTag)) found.set(id, [...(found.get(id) ?? []), { path, name }]);
    }
  }
  return found;
}

function withPrefix(tags: readonly string[], prefix: string): string[] {
  return tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
}

/** Why requirements and scenarios do not fit together; empty if each has its place, its test or its phase. */
export function requirementFaults(
  { specs, phases }: Requirements,
  features: readonly Feature[],
  { isFile, lawNumbers }: { readonly isFile: (path: string) => boolean; readonly lawNumbers: ReadonlySet<number> },
): string[] {
  const shown = scenariosOf(features);
  const known = new Set<string>();
  const faults: string[] = [];
  for (const [spec, { requirements }] of Object.entries(specs)) {
    for (const [id, { tests = [], laws = [], phase }] of Object.entries(requirements)) {
      if (known.has(id)) faults.push(`${id} is there twice`);
      known.add(id);
      const isMet = shown.has(id) || tests.length > 0 || laws.length > 0;
      if (!isMet && phase === undefined) faults.push(`${id} has no scenario, no test, no law and no phase`);
      if (isMet && phase !== undefined) faults.push(`${id} is met, and has a phase`);
      if (phase !== undefined && !phases[phase]) faults.push(`${id} has a phase that is not there: ${phase}`);
      for (const path of tests.filter((one) => !isFile(one))) faults.push(`${id} names ${path}, which is not there`);
      for (const law of laws.filter((one) => !lawNumbers.has(one)))
        faults.push(`${id} names law ${law}, which is not there`);
    }
    if (!/^[a-z]+$/.test(spec)) faults.push(`${spec} is no name of a spec`);
  }
  for (const { path, scenarios } of features) {
    for (const { name, tags } of scenarios)
      faults.push(...[...scenarioFaults(tags, specs, known)].map((why) => `${path}: ${name} ${why}`));
  }
  return faults;
}

function* scenarioFaults(
  tags: readonly string[],
  specs: Requirements["specs"],
  known: ReadonlySet<string>,
): Iterable<string> {
  const [spec, ...others] = withPrefix(tags, specTag);
  if (spec === undefined || others.length > 0) yield "must have one tag @spec_…";
  else if (!Object.hasOwn(specs, spec)) yield `is of a spec that is not there: ${spec}`;
  const ids = withPrefix(tags, reqTag);
  if (ids.length === 0) yield "has no tag @req_…";
  for (const id of ids.filter((one) => !known.has(one))) yield `shows a requirement that is not there: ${id}`;
}

export function requirementsPart(root: string): string {
  const { specs, phases } = readRequirements(root);
  const shown = scenariosOf(readFeatures(root));
  const laws = lawsOf(readFileSync(join(root, "docs/guarantees.md"), "utf8"));
  const rowOf = ([id, { is, tests = [], laws: numbers = [], phase }]: readonly [string, Requirement]) => {
    const met = [
      ...(shown.get(id) ?? []).map(({ path, name }) => `[${name}](../${path})`),
      ...numbers.map((number) => `[law ${number}](guarantees.md#${laws.get(number)?.anchor ?? ""})`),
      ...tests.map((path) => `[${path}](../${path})`),
    ];
    return [`\`${id}\``, is, phase === undefined ? met.join("<br/>") : `phase ${phase}: ${phases[phase] ?? ""}`];
  };
  const parts = Object.entries(specs).map(([, { title, requirements }]) =>
    [
      `## ${title}`,
      "",
      table(["requirement", "what", "where it is met"], Object.entries(requirements).map(rowOf)),
    ].join("\n"),
  );
  return [countsOf(specs), ...parts].join("\n\n");
}

function countsOf(specs: Requirements["specs"]): string {
  const all = Object.values(specs).flatMap(({ requirements }) => Object.values(requirements));
  const deferred = all.filter(({ phase }) => phase !== undefined).length;
  return `${all.length} requirements: ${all.length - deferred} are met, and ${deferred} have a phase.`;
}

/** What may be named in this repository. */
export function namesOf(root: string) {
  const laws = lawsOf(readFileSync(join(root, "docs/guarantees.md"), "utf8"));
  return { isFile: (path: string) => existsSync(join(root, path)), lawNumbers: new Set(laws.keys()) };
}
