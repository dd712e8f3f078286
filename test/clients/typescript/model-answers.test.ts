// Answers of the two APIs that most models are behind, as they were recorded, and what agents make of them. The Python
// kit's tests read the same files, so an agent results in the same in both languages.
import { readFile } from "node:fs/promises";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import {
  type AgentErrorCode,
  type AgentFinishReason,
  type AgentResult,
  anthropicResult,
  openAiResult,
} from "../../../clients/typescript/src/index.ts";
import {
  AgentErrorCodeSchema,
  AgentResultSchema,
  FinishReasonSchema,
} from "../../../gen/typescript/asyncgate/machine/v1/agent_pb.ts";
import { decode } from "../../../src/machines/document/decode.ts";
import { checkRules } from "../../machines/simulate.ts";

type Recorded = {
  readonly name: string;
  readonly options?: {
    readonly provider?: string;
    readonly json?: boolean;
    readonly prices?: {
      readonly input: number;
      readonly output: number;
      readonly cache_read?: number;
      readonly cache_write?: number;
    };
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | string;
  readonly result: JsonObject;
};

const folder = new URL("../model-answers/", import.meta.url);
const read = async (name: string) => JSON.parse(await readFile(new URL(name, folder), "utf8")) as Recorded[];
const recorded = { openai: await read("openai.json"), anthropic: await read("anthropic.json") };
const adapters = { openai: openAiResult, anthropic: anthropicResult };

function optionsOf({ options = {} }: Recorded) {
  const { prices, ...rest } = options;
  if (!prices) return rest;
  const { cache_read: cacheRead, cache_write: cacheWrite, ...own } = prices;
  const cached = { ...(cacheRead !== undefined && { cacheRead }), ...(cacheWrite !== undefined && { cacheWrite }) };
  return { ...rest, prices: { ...own, ...cached } };
}

/** As a runner reads it, strictly. */
function faultsOf(result: AgentResult): readonly unknown[] {
  const decoded = decode(AgentResultSchema, JSON.parse(JSON.stringify(result)) as JsonValue);
  return "faults" in decoded ? [...decoded.faults] : checkRules(AgentResultSchema, decoded.message);
}

for (const api of ["openai", "anthropic"] as const) {
  describe(`answers of ${api}`, () => {
    test.each(recorded[api])("$name", (answer) => {
      const { status, headers, body, result } = answer;
      const options = optionsOf(answer);
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const made = adapters[api](status, new Headers(headers), text, options);
      expect(made).toEqual(result);
      expect(faultsOf(made)).toEqual([]);
      // As plain objects, of a client that has read the answer already.
      expect(adapters[api](status, headers, body, options)).toEqual(result);
    });
  });
}

describe("the adapters", () => {
  test("show every finish reason and every code of an error that the contract has", () => {
    const results = [...recorded.openai, ...recorded.anthropic].map(({ result }) => result as AgentResult);
    const namesOf = (desc: typeof FinishReasonSchema | typeof AgentErrorCodeSchema) =>
      desc.values.filter(({ number }) => number !== 0).map(({ localName }) => localName);
    expect(new Set(results.map((one) => one.finish_reason))).toEqual(
      new Set(namesOf(FinishReasonSchema) as AgentFinishReason[]),
    );
    expect(new Set(results.flatMap(({ error }) => (error ? [error.code] : [])))).toEqual(
      new Set(namesOf(AgentErrorCodeSchema) as AgentErrorCode[]),
    );
  });

  test("show every field of the contract's AgentResult", () => {
    const seen = new Set<string>();
    for (const { result } of [...recorded.openai, ...recorded.anthropic]) collect(result, "", seen);
    expect([...seen].sort()).toEqual(pathsOf(AgentResultSchema).sort());
  });

  test.each([openAiResult, anthropicResult])(
    "keep within the contract's bounds, whatever the answer says",
    (adapter) => {
      const long = "ö".repeat(5_000);
      const made = adapter(418, { "request-id": long, "x-request-id": long }, { error: { type: long, message: long } });
      expect(faultsOf(made)).toEqual([]);
      expect(made.error).toMatchObject({ code: "INVALID_REQUEST", message: "ö".repeat(2_048), type: "ö".repeat(127) });
      for (const body of ["", "null", "[]", "7", '{"choices":[null],"content":[null]}', { choices: {}, content: 7 }]) {
        expect(faultsOf(adapter(200, {}, body as string))).toEqual([]);
      }
      const strange = { prompt_tokens: -1, input_tokens: 1.5, completion_tokens: "7", output_tokens: null };
      const choices = [{ message: { content: 7, tool_calls: [null] }, finish_reason: 3 }];
      expect(faultsOf(adapter(200, {}, { choices, content: [{ type: "text" }], usage: strange }))).toEqual([]);
    },
  );
});

function collect(value: JsonObject, prefix: string, seen: Set<string>): void {
  for (const [name, field] of Object.entries(value)) {
    seen.add(`${prefix}${name}`);
    const inner = Array.isArray(field) ? field : [field];
    const isOpen = name === "output" && prefix === "" ? true : name === "arguments";
    if (isOpen) continue;
    for (const one of inner) {
      if (one !== null && typeof one === "object" && !Array.isArray(one)) collect(one, `${prefix}${name}.`, seen);
    }
  }
}

function pathsOf(desc: DescMessage, prefix = ""): string[] {
  return desc.fields.flatMap((field: DescField) => {
    const { message } = field;
    const isOwn = message?.file === AgentResultSchema.file;
    expect(field.scalar).not.toBe(ScalarType.BYTES);
    return [`${prefix}${field.name}`, ...(message && isOwn ? pathsOf(message, `${prefix}${field.name}.`) : [])];
  });
}
