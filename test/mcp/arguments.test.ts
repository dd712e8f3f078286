// What models send is taken when it means one thing only, and refused by name when it does not.
import { expect, test } from "vitest";
import { CreateTaskRequestSchema, ListTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { ArgumentFault, requestOf } from "../../src/mcp/arguments.ts";

test.each([
  ["an object as its text", { payload: '{"json": {"a": 1}}' }, { payload: { content: { value: '{"a":1}' } } }],
  ["content as its text", { payload: { json: '{"a": 1}' } }, { payload: { content: { value: '{"a": 1}' } } }],
  ["content that is a string", { payload: { json: "hello" } }, { payload: { content: { value: '"hello"' } } }],
  ["a number as its text", { priority: "7" }, { priority: 7 }],
  ["a map as its text", { labels: '{"team": "red"}' }, { labels: { team: "red" } }],
  ["a list as its text", { requirements: { capabilities: '["gpu"]' } }, { requirements: { capabilities: ["gpu"] } }],
  ["nothing as null", { queue: null, payload: null }, { queue: "" }],
  ["names as JavaScript has them", { maxAttempts: 2 }, { maxAttempts: 2 }],
])("%s is taken", (_what, given, expected) => {
  expect(requestOf(CreateTaskRequestSchema, given)).toMatchObject(expected);
});

test("enum values are taken without their prefix, in any case", () => {
  expect(requestOf(ListTasksRequestSchema, { states: ["queued", "RUNNING", "TASK_STATE_FAILED"] })).toMatchObject({
    states: [1, 3, 5],
  });
});

test.each([
  [{ stats: ["QUEUED"] }, "stats is no field of ListTasksRequest (did you mean states?)."],
  [{ zzzzzzzz: 1 }, "zzzzzzzz is no field of ListTasksRequest."],
  [{ states: ["SLEEPING"] }, "SLEEPING"],
  [{ labels: "red" }, "labels"],
  [{ page_size: "many" }, "page_size"],
])("%j is refused: %s", (given, told) => {
  expect(() => requestOf(ListTasksRequestSchema, given as never)).toThrow(ArgumentFault);
  expect(() => requestOf(ListTasksRequestSchema, given as never)).toThrow(told);
});

test("faults within messages are told by their path, all at once", () => {
  const given = { payload: { jsn: 1 }, requirements: { caps: [] } };
  expect(() => requestOf(CreateTaskRequestSchema, given)).toThrow(/payload\.jsn .*requirements\.caps /);
});
