// The schemas of questions: which are served, what they may cost, and what answers are told.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { QuestionSchema } from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { compileQuestion } from "../../src/core/answer-schema.ts";
import type { CheckValue } from "../../src/core/schema.ts";

function compile(schema: unknown): ReturnType<typeof compileQuestion> {
  const answerSchema = typeof schema === "string" ? schema : JSON.stringify(schema);
  return compileQuestion(create(QuestionSchema, { title: "?", answerSchema }));
}

function served(schema: unknown): CheckValue {
  const compiled = compile(schema);
  if (typeof compiled !== "function") throw new Error(compiled.map(({ description }) => description).join());
  return compiled;
}

function faults(schema: unknown, answer: unknown): string[] {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return served(schema)(text, "answer").map(({ field, description }) => `${field} ${description}`);
}

const person = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $defs: { name: { type: "string", minLength: 1, maxLength: 20 } },
  type: "object",
  properties: {
    name: { $ref: "#/$defs/name" },
    age: { type: "integer", minimum: 0 },
    tags: { type: "array", items: { enum: ["a", "b"] }, maxItems: 3, uniqueItems: true },
    mail: { type: "string", format: "email" },
  },
  required: ["name"],
  additionalProperties: false,
};

test("an answer that fits is taken, and one that does not is told every fault by its place", () => {
  expect(faults(person, { name: "Paul", age: 3, tags: ["a"], mail: "p@example.org" })).toEqual([]);
  expect(faults(person, { age: -1, tags: ["c", "b", "b"], mail: "paul", more: 1 }).sort()).toEqual([
    "answer must NOT have additional properties: more",
    "answer must have required property 'name'",
    "answer.age must be >= 0",
    'answer.mail must match format "email"',
    "answer.tags must NOT have duplicate items (items ## 1 and 2 are identical)",
    'answer.tags[0] must be equal to one of the allowed values: "a", "b"',
  ]);
  expect(faults(person, "{")).toEqual(["answer must be one JSON document"]);
});

test("without schema and options any JSON document is an answer; options are the only answers", () => {
  const open = compileQuestion(create(QuestionSchema, { title: "?" })) as CheckValue;
  expect(open("[1, null]", "answer")).toEqual([]);
  expect(open("yes", "answer")).toHaveLength(1);
  const choice = compileQuestion(create(QuestionSchema, { title: "?", options: [{ value: "yes" }] })) as CheckValue;
  expect(choice('"yes"', "answer")).toEqual([]);
  expect(choice('"no"', "answer")).toMatchObject([{ description: 'must be one of "yes"' }]);
});

test("names of every object are data, and not what all objects inherit", () => {
  expect(faults({ type: "object", required: ["constructor"] }, {})).toHaveLength(1);
  expect(faults({ type: "object", properties: { toString: { type: "number" } } }, {})).toEqual([]);
});

const nested = (depth: number): unknown => (depth === 0 ? true : { items: nested(depth - 1) });
const growing = (count: number) => ({
  $defs: Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `d${at}`,
      at === 0 ? { type: "string" } : { anyOf: Array.from({ length: 4 }, () => ({ $ref: `#/$defs/d${at - 1}` })) },
    ]),
  ),
  $ref: `#/$defs/d${count - 1}`,
});

test.each([
  ["a pattern", { pattern: "(a+)+$" }, 'has the keyword "pattern", which is not served'],
  ["patterns of names", { patternProperties: { "(a+)+$": {} } }, 'has the keyword "patternProperties"'],
  ["a pattern within", { properties: { a: { anyOf: [{ pattern: "a" }] } } }, 'has the keyword "pattern"'],
  ["an unknown keyword", { toString: 1 }, 'has the keyword "toString"'],
  ["an id", { $id: "http://example.org/schema" }, 'has the keyword "$id"'],
  ["a dynamic reference", { $dynamicRef: "#a" }, 'has the keyword "$dynamicRef"'],
  ["a remote reference", { $ref: "http://127.0.0.1/schema" }, "may refer to #/$defs/… only"],
  ["a reference to a file", { $ref: "file:///etc/passwd" }, "may refer to #/$defs/… only"],
  ["a reference to itself", { items: { $ref: "#" } }, "may refer to #/$defs/… only"],
  ["a reference to nothing", { $ref: "#/$defs/a" }, "refers to #/$defs/a, which is not there"],
  ["a reference to what all objects have", { $ref: "#/$defs/toString" }, "which is not there"],
  ["a circle", { $defs: { a: { $ref: "#/$defs/b" }, b: { not: { $ref: "#/$defs/a" } } } }, "in a circle"],
  ["too deep a schema", nested(40), "must be nested at most 16 deep"],
  ["too deep data", { const: JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`) }, "must be nested at most 16 deep"],
  ["too many values", { enum: Array.from({ length: 600 }, (_, at) => at) }, "must have at most 500 values"],
  ["references that grow at each step", growing(6), "must have at most 500 values"],
  ["another draft", { $schema: "http://json-schema.org/draft-07/schema#" }, "must be of the draft"],
  ["a list", [], "must be a JSON Schema: an object"],
  ["no JSON", "{", "must be a JSON Schema: an object"],
  ["a wrong type", { type: "text" }, "is not a valid JSON Schema"],
  ["a wrong bound", { minLength: "3" }, "is not a valid JSON Schema"],
  ["a list for a map", { properties: [] }, "has a wrong value for the keyword"],
])("%s is refused where the question is asked", (_name, schema, why) => {
  const compiled = compile(schema);
  expect(typeof compiled).toBe("object");
  expect(compiled).toMatchObject([{ field: "question.answer_schema", description: expect.stringContaining(why) }]);
});

test("what an answer may cost is bounded by the number of its values", () => {
  const all = { items: { allOf: Array.from({ length: 100 }, () => ({ type: "string", minLength: 3 })) } };
  const most = Array.from({ length: 999 }, () => "x");
  expect(faults(all, most)).toHaveLength(99_900);
  expect(faults(all, [...most, "x"])).toEqual(["answer must have at most 1000 values"]);
});

test("schemas are forgotten after they were compiled", () => {
  // A schema with a name that was used before would be refused, if it were kept.
  for (let count = 0; count < 3; count += 1) expect(faults({ title: "same", type: "string" }, '"x"')).toEqual([]);
});
