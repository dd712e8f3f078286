// The generated encoders write, byte for byte, what the protobuf library writes of the message with its maps sorted.
import { readdirSync } from "node:fs";
import { create, type DescFile, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CreateTenantRequestSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LeaseSchema } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { PayloadSchema } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { TaskSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { HealthCheckRequestSchema } from "../../gen/typescript/grpc/health/v1/health_pb.ts";
import { writers } from "../../src/wire/encode.gen.ts";
import { encode } from "../../src/wire/encode.ts";
import { mayHoldMap, reorderMaps, reversed, sorted } from "../helpers/map-order.ts";
import { times } from "../helpers/random.ts";
import { randomMessages } from "../rpc/random-messages.ts";

const stubs = new URL("../../gen/typescript/asyncgate/v1/", import.meta.url);
const files = await Promise.all(
  readdirSync(stubs).map(async (name) => Object.values(await import(new URL(name, stubs).href)) as { kind?: string }[]),
);
const types = files.flatMap((exported) =>
  exported
    .filter((one): one is DescFile => one?.kind === "file")
    .flatMap((file) => [...nestedTypes(file)].filter((type): type is DescMessage => type.kind === "message")),
);

function same(schema: DescMessage, message: ReturnType<typeof create>): void {
  const expected = toBinary(schema, reorderMaps(schema, message, sorted));
  expect(Buffer.from(encode(schema, message)).equals(expected)).toBe(true);
}

test("every message of the contract has an encoder", () => {
  expect(types.length).toBeGreaterThan(100);
  expect(types.map(({ typeName }) => typeName).filter((name) => !writers.has(name))).toEqual([]);
});

test("a message of every type, with anything in it, is written as the library writes it", () => {
  for (const schema of types) {
    fc.assert(
      fc.property(randomMessages(schema), (message) => same(schema, message)),
      { numRuns: times(40) },
    );
  }
});

test("maps are written sorted by key at every depth, in whatever order they were read", () => {
  const withMaps = types.filter((schema) => mayHoldMap(schema));
  expect(withMaps.map(({ typeName }) => typeName)).toContain("asyncgate.v1.WorkRequest");
  for (const schema of withMaps) {
    fc.assert(
      fc.property(randomMessages(schema), (message) => {
        const other = reorderMaps(schema, message, reversed);
        expect(Buffer.from(encode(schema, message)).equals(encode(schema, other))).toBe(true);
      }),
      { numRuns: times(40) },
    );
  }
});

test("unknown fields are written as they were read, in a message of every type", () => {
  const $unknown = [{ no: 20_000, wireType: 2, data: Uint8Array.of(3, 97, 98, 99) }];
  for (const schema of [...types, DurationSchema, TimestampSchema])
    same(schema, Object.assign(create(schema), { $unknown }));
});

describe("at the edges of the format", () => {
  test("numbers of every size, and below zero", () => {
    const int64s = [
      0n,
      1n,
      -1n,
      127n,
      128n,
      2n ** 31n,
      2n ** 32n,
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ];
    for (const seconds of int64s) same(TimestampSchema, create(TimestampSchema, { seconds }));
    for (const nanos of [0, 1, -1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, -(2 ** 31)]) {
      same(DurationSchema, create(DurationSchema, { nanos }));
    }
    expect(() => encode(DurationSchema, create(DurationSchema, { nanos: 0.5 }))).toThrow("is no int32");
    expect(() => encode(DurationSchema, create(DurationSchema, { nanos: 2 ** 31 }))).toThrow("is no int32");
    expect(() => encode(TimestampSchema, create(TimestampSchema, { seconds: 2n ** 63n }))).toThrow("is no int64");
  });

  test("text and bytes where their length takes another byte, in letters of one to four bytes", () => {
    for (const length of [0, 1, 47, 48, 49, 63, 64, 127, 128, 129, 5_461, 5_462, 16_383, 16_384, 70_000]) {
      for (const letter of ["x", "\u007f", "\u0080", "é", "€", "\u{1f600}", "\ud800"]) {
        const value = letter.repeat(length);
        same(PayloadSchema, create(PayloadSchema, { content: { case: "json", value } }));
        same(
          TaskSchema,
          create(TaskSchema, { taskId: value, labels: { [value]: value }, parentReceipts: ["a", value] }),
        );
      }
      const data = new Uint8Array(length).fill(7);
      same(PayloadSchema, create(PayloadSchema, { content: { case: "data", value: data } }));
    }
  });

  test("messages in messages, larger than the room they are written in", () => {
    const payload = create(PayloadSchema, { content: { case: "data", value: new Uint8Array(700_000).fill(1) } });
    same(
      CreateTasksRequestSchema,
      create(CreateTasksRequestSchema, { tasks: [{ type: "a", payload }, { payload }, {}] }),
    );
    same(TaskSchema, create(TaskSchema, { taskId: "after" }));
  });

  test("an optional field that is set to zero is written, and an absent one is not", () => {
    const withZeros = create(CreateTasksRequestSchema, {
      tasks: [{ priority: 0, maxAttempts: 0 }, { priority: 9 }, {}],
    });
    same(CreateTasksRequestSchema, withZeros);
    expect(encode(LeaseSchema, create(LeaseSchema))).toHaveLength(0);
  });

  test("maps have keys of every name", () => {
    const limits = Object.fromEntries([
      ["z", 1n],
      ["a", -1n],
      ["__proto__", 0n],
      ["1", 2n],
    ]);
    same(CreateTenantRequestSchema, create(CreateTenantRequestSchema, { limits }));
  });

  test("a message that was read with unknown fields is written as it was read", () => {
    const bytes = Buffer.from("0a0161" + "f8ff7f05" + "faff7f03616263", "hex");
    const message = fromBinary(TaskSchema, bytes);
    expect(message.$unknown).toHaveLength(2);
    expect(Buffer.from(encode(TaskSchema, message)).equals(bytes)).toBe(true);
  });

  test("a message that cannot be written leaves nothing behind for the next", () => {
    const bad = create(TaskSchema, { taskId: "half", priority: 0.5 });
    expect(() => encode(TaskSchema, bad)).toThrow();
    same(TaskSchema, create(TaskSchema, { taskId: "whole" }));
  });

  test("types that are not of the contract are the library's", () => {
    same(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service: "a" }));
  });
});
