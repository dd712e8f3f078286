// The query of a request as the contract's JSON: every form that a field can have, and every fault told.
import { expect, test } from "vitest";
import { ListOpenObligationsRequestSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ListTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { parseQuery } from "../../src/facade/query.ts";

const list = (query: string) => parseQuery(ListTasksRequestSchema, new URLSearchParams(query));

test("lists repeat their key, maps stand in brackets, enums may leave their prefix out", () => {
  expect(list("states=QUEUED&states=TASK_STATE_RUNNING&labels[team]=red&labels[a.b]=c&page_size=3")).toEqual({
    json: {
      states: ["TASK_STATE_QUEUED", "TASK_STATE_RUNNING"],
      labels: { team: "red", "a.b": "c" },
      page_size: "3",
    },
    faults: [],
  });
});

test("fields of messages are reached by dots", () => {
  const query = new URLSearchParams("principal.kind=AGENT&principal.id=ada");
  expect(parseQuery(ListOpenObligationsRequestSchema, query)).toEqual({
    json: { principal: { kind: "PRINCIPAL_KIND_AGENT", id: "ada" } },
    faults: [],
  });
});

test.each([
  ["stats=QUEUED", "stats"],
  ["page_size=1&page_size=2", "page_size"],
  ["labels=red", "labels"],
  ["labels[a]=1&labels[a]=2", "labels[a]"],
  ["page_size[a]=1", "page_size[a]"],
  ["page_size=1&pageSize=2", "pageSize"],
  ["labels.a=1", "labels.a"],
])("%s is refused by the key", (query, field) => {
  expect(list(query).faults.map((fault) => fault.field)).toEqual([field]);
});

test("all faults are told at once", () => {
  expect(list("a=1&b=2&page_size=3").faults.map(({ field }) => field)).toEqual(["a", "b"]);
});

test("keys of maps that look like parts of an object are keys", () => {
  const { json } = list("labels[__proto__]=1&labels[constructor]=2");
  expect(Object.entries(json["labels"] as object)).toEqual([
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
});
