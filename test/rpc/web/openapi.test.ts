// The OpenAPI document as other programs read it: two validators accept it, and it is what the contract says.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { validate } from "@apidevtools/swagger-parser";
import { expect, test } from "vitest";
import { readComments, services } from "../../../src/build/generate-docs-contract.ts";
import { openApiDocument } from "../../../src/build/generate-openapi.ts";
import { routesOf } from "../../../src/facade/routes.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const path = fileURLToPath(new URL("../../../gen/openapi/asyncgate.json", import.meta.url));
type Schema = Readonly<Record<string, unknown>> & { readonly properties: Readonly<Record<string, Schema>> };
type Operation = { readonly parameters: readonly Schema[]; readonly requestBody: Schema };
const document = JSON.parse(readFileSync(path, "utf8")) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const schemas = document.components.schemas;

test("the document is what the contract says, with every route in it", () => {
  expect(JSON.parse(JSON.stringify(openApiDocument(services, readComments(root))))).toEqual(document);
  const operations = Object.entries(document.paths).flatMap(([route, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${route}`),
  );
  expect(operations.sort()).toEqual(
    routesOf(services)
      .all.map(({ verb, path: route }) => `${verb} ${route}`)
      .sort(),
  );
});

test("a request is described as it is refused: no unknown field, no two of a oneof, no excluded value", () => {
  const { CreateTaskRequestInput, PrincipalInput, PayloadInput, ListTasksRequest } = schemas;
  expect(CreateTaskRequestInput).toMatchObject({ additionalProperties: false, required: ["type"] });
  expect(PrincipalInput?.properties["kind"]?.["enum"]).not.toContain("PRINCIPAL_KIND_UNSPECIFIED");
  expect(PrincipalInput?.["required"]).toEqual(["kind", "id"]);
  expect(PayloadInput?.["not"]).toMatchObject({ anyOf: [{ required: ["json", "data"] }, {}, {}] });
  expect(ListTasksRequest).toBeUndefined(); // its fields stand in the query
  const { get: receipts } = document.paths["/v1/receipts"] ?? {};
  const ofTask = receipts?.parameters.find(({ name }) => name === "task_id")?.["schema"] as Schema;
  expect(String(ofTask["pattern"])).toMatch(/\)\?\$$/); // a UUID, or empty as if it were absent
  const { get: receipt } = document.paths["/v1/receipts/{receipt_id}"] ?? {};
  expect(receipt?.parameters[0]?.["schema"]).toEqual({ type: "string", format: "uuid" });
});

test("a body may be left out where no field of it is required", () => {
  const bodyOf = (route: string) => document.paths[route]?.["post"]?.requestBody["required"];
  expect([bodyOf("/v1/tasks/{task_id}:cancel"), bodyOf("/v1/tasks/{task_id}:start")]).toEqual([false, true]);
});

test("an answer is described as it is written: every field without presence is there, and more may come", () => {
  expect(schemas["ListTasksResponse"]?.["required"]).toEqual(["tasks", "next_page_token"]);
  expect(schemas["Principal"]?.["required"]).toEqual(["kind", "id"]);
  expect(schemas["Principal"]?.["additionalProperties"]).toBeUndefined();
  expect(schemas["Principal"]?.properties["kind"]?.["enum"]).toContain("PRINCIPAL_KIND_UNSPECIFIED");
  expect(schemas["Task"]?.["required"]).not.toContain("deadline");
});

test("swagger-parser accepts it", async () => {
  await expect(validate(structuredClone(document) as never)).resolves.toBeDefined();
});

test("redocly accepts it", async () => {
  const environment = { ...process.env, REDOCLY_TELEMETRY: "off", NO_COLOR: "1" };
  const program = `${root}node_modules/.bin/redocly`;
  const child = spawn(program, ["lint", path], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const [code] = await once(child, "close");
  expect(said).toContain("Your API description is valid");
  expect(code).toBe(0);
});
