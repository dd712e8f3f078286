import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ArtifactSchema } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ExpectedOutcomeSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { missingArtifacts, patternOf } from "../../src/core/outcome-contract.ts";

const like = [
  ["s3://b/*.pdf", "s3://b/2026/report.pdf", true],
  ["s3://b/*.pdf", "s3://b/.pdf", true],
  ["s3://b/*.pdf", "s3://b/report.txt", false],
  ["*", "", true],
  ["**", "x", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["*ab*ab*", "xabyabz", true],
  ["*ab*ab*", "xaby", false],
  ["*aab", "aaab", true],
  ["*aab*c", "aaabc", true],
  ["db?x", "dbyx", false],
  ["plain", "plain", true],
  ["plain", "plains", false],
] as const;

test.each(like)("%s and %s: %s", (pattern, uri, isLike) => {
  expect(patternOf(pattern)(uri)).toBe(isLike);
});

test("a pattern matches what the regular expression of the same meaning matches", () => {
  const text = (letters: string) => fc.array(fc.constantFrom(...letters), { maxLength: 12 }).map((all) => all.join(""));
  fc.assert(
    fc.property(text("ab*"), text("ab"), (pattern, uri) => {
      const same = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s");
      expect(patternOf(pattern)(uri)).toBe(same.test(uri));
    }),
  );
});

test("the hardest text for a search with steps back takes one pass", () => {
  const pattern = `*${"a".repeat(120)}b*${"a".repeat(120)}c`;
  const text = "a".repeat(1_000_000);
  expect(patternOf(pattern)(text)).toBe(false);
});

const expected = (required: object) => create(ExpectedOutcomeSchema, { enforce: true, required: [required] });
const artifact = (init: object) => create(ArtifactSchema, { kind: "pdf", uri: "s3://b/r.pdf", ...init });

const cases = [
  ["no artifact", { kind: "pdf" }, [], 0],
  ["another kind", { kind: "pdf" }, [{ kind: "txt" }], 0],
  ["an empty place", { kind: "pdf" }, [{ uri: "" }], 0],
  ["one twice", { kind: "pdf", min: 2 }, [{}, {}], 1],
  ["another media type", { kind: "pdf", mediaType: "application/pdf" }, [{ mediaType: "text/plain" }], 0],
  ["no media type", { kind: "pdf", mediaType: "application/pdf" }, [{}], 0],
  ["a longer type", { kind: "pdf", mediaType: "image/*" }, [{ mediaType: "imagery/png" }], 0],
  ["another place", { kind: "pdf", uriPattern: "s3://c/*" }, [{}], 0],
] as const;

test.each(cases)("%s does not fulfill", (_, required, artifacts, found) => {
  const missing = missingArtifacts(expected(required), artifacts.map(artifact));
  expect(missing).toMatchObject([{ required, found }]);
});

const fulfilled = [
  [{ kind: "pdf" }, [{}]],
  [{ kind: "pdf", min: 2 }, [{}, { uri: "s3://b/s.pdf" }]],
  [{ kind: "pdf", mediaType: "Application/PDF" }, [{ mediaType: "application/pdf; version=2" }]],
  [{ kind: "pdf", mediaType: "image/*" }, [{ mediaType: "image/png" }]],
  [{ kind: "pdf", uriPattern: "s3://b/*" }, [{}, { kind: "txt" }]],
] as const;

test.each(fulfilled)("%j is fulfilled", (required, artifacts) => {
  expect(missingArtifacts(expected(required), artifacts.map(artifact))).toEqual([]);
});

test("what is not enforced misses nothing", () => {
  const wanted = { required: [{ kind: "pdf" }] };
  expect(missingArtifacts(create(ExpectedOutcomeSchema, wanted), [])).toEqual([]);
  expect(missingArtifacts(undefined, [])).toEqual([]);
});
