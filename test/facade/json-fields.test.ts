// JSON within JSON: a value for people, a text for the contract, and no digit lost on the way.
import fc from "fast-check";
import { expect, test } from "vitest";
import { UpdateTenantRequestSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { hideJson, parseJson, showJson } from "../../src/facade/json-fields.ts";

const payloadOf = (json: unknown) => Reflect.get(Object(Reflect.get(Object(json), "payload")), "json");
const hidden = (value: string, stringsAre: "text" | "values" | "either") =>
  payloadOf(hideJson(CreateTaskRequestSchema, parseJson(`{"payload": {"json": ${value}}}`), stringsAre));

test("numbers keep every digit that was written", () => {
  for (const number of [
    "9007199254740993",
    "12345678901234567890",
    "0.1000000000000000055511151231257827",
    "1e400",
    "-0",
  ]) {
    expect(hidden(number, "values"), number).toBe(number === "-0" ? "0" : number);
  }
  expect(hidden('{"a": [12345678901234567890, 1.50, 1e2]}', "values")).toBe('{"a":[12345678901234567890,1.5,100]}');
});

test("what is shown and hidden again is the same document", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const shown = showJson(CreateTaskRequestSchema, { payload: { json: text } });
      expect(JSON.parse(String(payloadOf(hideJson(CreateTaskRequestSchema, shown, "values"))))).toEqual(
        JSON.parse(text),
      );
    }),
  );
});

test("a string is taken as it is meant", () => {
  expect(hidden('"{\\"a\\": 1}"', "text")).toBe('{"a": 1}');
  expect(hidden('"{\\"a\\": 1}"', "values")).toBe('"{\\"a\\": 1}"');
  expect(hidden('"{\\"a\\": 1}"', "either")).toBe('{"a": 1}');
  expect(hidden('"hello"', "either")).toBe('"hello"');
  expect(hidden('"{broken"', "either")).toBe('"{broken"');
});

test("large numbers of the contract's own fields become strings where its JSON takes those, and only there", () => {
  const long = "12345678901234567890";
  const limits = parseJson(`{"limits": {"tasks_open_max": ${long}}}`);
  expect(hideJson(UpdateTenantRequestSchema, limits, "values")).toEqual({ limits: { tasks_open_max: long } });
  const others = parseJson(`{"type": ${long}, "parent_receipts": [${long}], "labels": {"a": ${long}}}`);
  expect(hideJson(CreateTaskRequestSchema, others, "values")).toEqual({
    type: Number(long),
    parent_receipts: [Number(long)],
    labels: { a: Number(long) },
  });
});

test("text that is no JSON is shown as it is", () => {
  expect(payloadOf(showJson(CreateTaskRequestSchema, { payload: { json: "{broken" } }))).toBe("{broken");
});
