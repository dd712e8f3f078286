// What the creator of a task requires of its outcome: which artifacts, and how many. Where it is enforced, a completion
// or a hand-off without them is refused.
import type { HandOffContract } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { OutcomeFacts_MissingArtifact } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Artifact } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import type { ExpectedOutcome, RequiredArtifact } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { FieldViolation } from "./refusal.ts";

export type MissingArtifact = Omit<OutcomeFacts_MissingArtifact, "$typeName" | "$unknown">;

/** Whether a completion has to be looked at because of it. */
export function enforces(expected: ExpectedOutcome | undefined): boolean {
  return expected?.enforce === true && expected.required.length > 0;
}

export function checkExpectedOutcome(expected: ExpectedOutcome | undefined): FieldViolation[] {
  if (!expected?.enforce || expected.required.length > 0 || expected.contract !== "") return [];
  const description = "must name artifacts if they are enforced";
  return [{ field: "expected_outcome.required", description, rule: "task.enforced_outcome" }];
}

/** The same with what a hand-off contract requires, in the version of the moment. */
export function withContract(
  expected: ExpectedOutcome | undefined,
  contract: HandOffContract | undefined,
): ExpectedOutcome | undefined {
  if (!expected || (!contract && expected.contractVersion === 0n)) return expected;
  const required = [...expected.required, ...(contract?.required ?? [])];
  return { ...expected, required, enforce: expected.enforce || !!contract, contractVersion: contract?.version ?? 0n };
}

/** The requirements that the artifacts do not fulfill, in order. */
export function missingArtifacts(
  expected: ExpectedOutcome | undefined,
  artifacts: readonly Artifact[],
): MissingArtifact[] {
  return expected && enforces(expected) ? missingOf(expected.required, artifacts) : [];
}

export function missingOf(all: readonly RequiredArtifact[], artifacts: readonly Artifact[]): MissingArtifact[] {
  return all.flatMap((required) => {
    const fulfills = fulfillerOf(required);
    const found = new Set(artifacts.filter(fulfills).map(({ uri }) => uri)).size;
    return found < Math.max(required.min, 1) ? [{ required, found }] : [];
  });
}

function fulfillerOf({ kind, uriPattern, mediaType }: RequiredArtifact): (artifact: Artifact) => boolean {
  const isLike = uriPattern === "" ? () => true : patternOf(uriPattern);
  return (artifact) =>
    artifact.kind === kind && isMediaType(mediaType, artifact.mediaType) && artifact.uri !== "" && isLike(artifact.uri);
}

function isMediaType(wanted: string, given: string): boolean {
  if (wanted === "") return true;
  const essence = (type: string) => (type.split(";", 1)[0] ?? "").trim().toLowerCase();
  const [want, have] = [essence(wanted), essence(given)];
  return want.endsWith("/*") ? have.startsWith(want.slice(0, -1)) : have === want;
}

/**
 * Tells whether a text is like a pattern in which `*` stands for any characters, or none. Each piece between two stars
 * is taken where it comes first, and is searched for in one pass: the time grows with the lengths added, not
 * multiplied, whatever pattern and text are.
 */
export function patternOf(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) return (text) => text === pattern;
  const between = pieces
    .slice(1, -1)
    .filter((piece) => piece !== "")
    .map(finderOf);
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let from = first.length;
    for (const endOf of between) {
      from = endOf(text, from, end);
      if (from < 0) return false;
    }
    return true;
  };
}

/** Knuth, Morris and Pratt: where the piece ends that is found first within a part of the text, or -1. */
function finderOf(piece: string): (text: string, from: number, end: number) => number {
  const fallbacks = [0];
  for (let place = 1, matched = 0; place < piece.length; place += 1) {
    while (matched > 0 && piece[place] !== piece[matched]) matched = fallbacks[matched - 1] ?? 0;
    if (piece[place] === piece[matched]) matched += 1;
    fallbacks.push(matched);
  }
  return (text, from, end) => {
    let matched = 0;
    for (let place = from; place < end; place += 1) {
      while (matched > 0 && text[place] !== piece[matched]) matched = fallbacks[matched - 1] ?? 0;
      if (text[place] === piece[matched]) matched += 1;
      if (matched === piece.length) return place + 1;
    }
    return -1;
  };
}
