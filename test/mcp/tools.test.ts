// The tools as hosts see them: made of the contract, within what every host takes, and no larger than they must be.
import { getOption } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { access, tool } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { methods, readComments, services } from "../../src/build/generate-docs-contract.ts";
import { toolsOf } from "../../src/build/generate-tools.ts";
import { tools } from "../../src/mcp/tools.gen.ts";

/** What some host drops a tool for. */
const refused = "$ref oneOf anyOf allOf not uniqueItems const contentEncoding patternProperties".split(" ");
const listBytesMax = 128 * 1_024;
const nameShape = /^[a-zA-Z0-9_-]{1,64}$/;

type Schema = { readonly [keyword: string]: unknown };

function* nodesOf(schema: Schema, path: string): Iterable<{ readonly node: Schema; readonly path: string }> {
  yield { node: schema, path };
  for (const [name, inner] of Object.entries((schema["properties"] ?? {}) as Record<string, Schema>)) {
    yield* nodesOf(inner, `${path}.${name}`);
  }
  for (const keyword of ["items", "additionalProperties"]) {
    const inner = schema[keyword];
    if (typeof inner === "object" && inner !== null) yield* nodesOf(inner as Schema, `${path}[]`);
  }
}

const nodes = tools.flatMap(({ name, inputSchema, outputSchema }) => [
  ...nodesOf(inputSchema, `${name} in`),
  ...nodesOf(outputSchema, `${name} out`),
]);

describe("the table", () => {
  test("has a tool for every method with the option, with its scope, and no other", () => {
    const wanted = methods.filter((method) => getOption(method, tool).name !== "");
    const methodsOf = (one: (typeof tools)[number]) => Object.values(one.verbs ?? { only: one.method });
    expect(tools.flatMap((one) => methodsOf(one).map((method) => [one.name, method]))).toEqual(
      wanted.map(({ name, ...method }) => [getOption({ name, ...method } as (typeof wanted)[number], tool).name, name]),
    );
    const firsts = tools.map(({ service, method }) =>
      methods.find((one) => one.parent.typeName === service && one.name === method),
    );
    expect(tools.map(({ scope }) => scope)).toEqual(firsts.map((method) => method && getOption(method, access).scope));
    expect(wanted.length).toBeGreaterThan(20);
  });

  test("is what the contract says now", () => {
    const root = new URL("../../", import.meta.url).pathname;
    expect(JSON.parse(JSON.stringify(toolsOf(services, readComments(root))))).toEqual(tools);
  });

  test(`is at most ${listBytesMax} bytes as a host reads it`, () => {
    const listed = tools.map(({ name, title, description, inputSchema, outputSchema, verbs: _unseen, ...hints }) => ({
      name,
      title,
      description,
      inputSchema,
      outputSchema,
      annotations: hints,
    }));
    expect(Buffer.byteLength(JSON.stringify(listed))).toBeLessThanOrEqual(listBytesMax);
  });
});

describe("the schemas", () => {
  test("are objects at the root, and say one type a node", () => {
    for (const { inputSchema, outputSchema } of tools) {
      expect([inputSchema.type, outputSchema.type]).toEqual(["object", "object"]);
    }
    const wrong = nodes.filter(({ node }) => Object.keys(node).length > 0 && typeof node["type"] !== "string");
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("use nothing that a host drops tools for", () => {
    const found = nodes.flatMap(({ node, path }) => refused.filter((word) => word in node).map((word) => [path, word]));
    expect(found).toEqual([]);
    expect(nodes.filter(({ node }) => node["additionalProperties"] === false)).toEqual([]);
  });

  test("require only fields that there are", () => {
    for (const { node, path } of nodes) {
      const properties = Object.keys((node["properties"] ?? {}) as object);
      expect(properties, path).toEqual(expect.arrayContaining((node["required"] ?? []) as string[]));
    }
  });

  test("describe every argument", () => {
    const silent = nodes.filter(({ node, path }) => / in\.[^[]*$/.test(path) && node["description"] === undefined);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

test("every name is one that hosts take", () => {
  for (const { name } of tools) expect(name).toMatch(nameShape);
});
