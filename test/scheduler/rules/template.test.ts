// What a run's task says: placeholders are replaced in strings, and nothing else of the payload changes.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ScheduleDefinitionSchema } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { taskOfRun } from "../../../src/scheduler/rules/template.ts";

const runTime = new Date("2026-11-30T12:00:00Z");

function filled(json: string): unknown {
  const action = { type: "work", payload: { content: { case: "json" as const, value: json } } };
  const definition = create(ScheduleDefinitionSchema, { scheduleId: "s", action });
  return taskOfRun(definition, { runTime, count: 7n })?.payload?.content.value;
}

test("numbers keep all their digits, and fields their order, where something else is replaced", () => {
  const json = '{ "z": 12345678901234567890, "2": 1.0, "1": 1e400, "at": "{{run_time}}", "a": [true, null] }';
  expect(filled(json)).toBe(json.replace("{{run_time}}", "2026-11-30T12:00:00Z"));
});

test("all three are replaced in strings, however these are written, and not in the names of fields", () => {
  expect(filled('["{{schedule_id}}/{{count}}", "\\u007b{count}}", "\\"{{count}}\\\\", "{{other}}"]')).toBe(
    '["s/7", "7", "\\"7\\\\", "{{other}}"]',
  );
  expect(filled('{"{{count}}" : "{{count}}", "b": "{{count}}"}')).toBe('{"{{count}}" : "7", "b": "7"}');
});
