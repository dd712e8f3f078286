// One version everywhere: of the server and its runner, of the kits, of the OpenAPI document, and of the schema of
// machines. Documents of machines are of one version of the contract, which the schema names.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MachineSchema } from "../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import schema from "../../src/machines/document/machine-schema.gen.json" with { type: "json" };
import { version } from "../../src/version.ts";

const root = new URL("../../", import.meta.url);

/** Where each says its version: the first match. */
const places: readonly (readonly [path: string, pattern: RegExp])[] = [
  ["package.json", /"version": "([^"]+)"/],
  ["clients/typescript/package.json", /"version": "([^"]+)"/],
  ["clients/python/pyproject.toml", /^version = "([^"]+)"/m],
  ["clients/java/pom.xml", /<artifactId>asyncgate[^<]*<\/artifactId>\s*<version>([^<]+)<\/version>/],
  ["clients/go/doc.go", /const Version = "([^"]+)"/],
  ["clients/rust/Cargo.toml", /^version = "([^"]+)"/m],
  ["gen/openapi/asyncgate.json", /"version": "([^"]+)"/],
];

test.each(places)("%s has the version of the server", async (path, pattern) => {
  const text = await readFile(new URL(path, root), "utf8");
  expect(pattern.exec(text)?.[1]).toBe(version);
});

test("the schema of machines has the version of the server, and is of the contract of their documents", () => {
  expect(schema.version).toBe(version);
  expect(schema.$id).toBe(`urn:${MachineSchema.typeName.toLowerCase().replaceAll(".", ":")}`);
  expect(MachineSchema.file.proto.package).toBe("asyncgate.machine.v1");
});
