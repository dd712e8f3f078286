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
const document = JSON.parse(readFileSync(path, "utf8")) as { readonly paths: Readonly<Record<string, object>> };

test("the document is what the contract says, with every route in it", () => {
  expect(JSON.parse(JSON.stringify(openApiDocument(readComments(root))))).toEqual(document);
  const operations = Object.entries(document.paths).flatMap(([route, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${route}`),
  );
  expect(operations.sort()).toEqual(
    routesOf(services)
      .all.map(({ verb, path: route }) => `${verb} ${route}`)
      .sort(),
  );
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
