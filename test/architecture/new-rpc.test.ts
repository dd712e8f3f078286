// What a method gets from its options alone. A service that the contract does not have is compiled as the contract is,
// and handed to the generators and the server; then the real contract is walked, method by method.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFileRegistry, type DescService, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import {
  accessOf,
  type Comments,
  type Method,
  methods,
  readComments,
  routeOf,
  services,
  shortName,
  toolOf,
} from "../../src/build/generate-docs-contract.ts";
import { apiIndex, rolesTable, toolsTable } from "../../src/build/generate-docs-tables.ts";
import { openApiDocument } from "../../src/build/generate-openapi.ts";
import { toolsOf } from "../../src/build/generate-tools.ts";
import { routesOf } from "../../src/facade/routes.ts";
import { services as servicesWithTools } from "../../src/mcp/line.ts";
import { tools } from "../../src/mcp/tools.gen.ts";
import { tenantProbes } from "../rpc/tenant-probes.ts";
import { authorization, openTestServer } from "../rpc/test-server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "asyncgate-new-rpc-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The fixture as `make generate` reads the contract: descriptors from buf, comments from the source. */
function compileFixture(): { readonly service: DescService; readonly comments: Comments } {
  const sources = {
    "asyncgate/v1/copy_service.proto": "test/architecture/new-rpc.proto",
    "asyncgate/options/v1/options.proto": "proto/asyncgate/options/v1/options.proto",
    "google/api/annotations.proto": "node_modules/protobufjs/google/api/annotations.proto",
    "google/api/http.proto": "node_modules/protobufjs/google/api/http.proto",
  };
  for (const [path, source] of Object.entries(sources)) {
    mkdirSync(join(folder, "proto", path, ".."), { recursive: true });
    cpSync(join(root, source), join(folder, "proto", path));
  }
  const image = join(folder, "image.binpb");
  execFileSync(join(root, "node_modules/.bin/buf"), ["build", "proto", "--as-file-descriptor-set", "-o", image], {
    cwd: folder,
  });
  const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image))).getService(
    "asyncgate.v1.CopyService",
  );
  if (service === undefined) throw new Error("the fixture has no CopyService");
  return { service, comments: readComments(folder) };
}

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly [name: string]: unknown }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};

describe("a new method", () => {
  const { service, comments } = compileFixture();
  const document = openApiDocument([service], comments) as Document;

  test("with a tool option is a tool, with schemas that are made of its messages and their comments", () => {
    const [tool, ...others] = toolsOf([service], comments);
    expect(others).toEqual([]);
    expect(tool).toMatchObject({
      ...{ name: "copy_task", title: "Copy a task", description: "Copies a task into a queue." },
      ...{ scope: "tasks:create", idempotent: true, readOnly: false, destructive: false },
      inputSchema: { type: "object", properties: { task_id: { type: "string", description: "The task." } } },
      outputSchema: { type: "object", required: ["task_id", "detail"], properties: { detail: {} } },
    });
    expect(tool?.inputSchema).toHaveProperty("properties.detail.type", "object");
  });

  test("with a route is in the OpenAPI document, with its parameters, its body and its answer", () => {
    expect(Object.keys(document.paths)).toEqual(["/v1/tasks/{task_id}/copies", "/v1/tasks/{task_id}:copy"]);
    expect(document.paths["/v1/tasks/{task_id}:copy"]?.["post"]).toMatchObject({
      operationId: "CopyTask",
      summary: "Copies a task into a queue.",
      parameters: [{ name: "task_id", in: "path", required: true }],
      requestBody: { content: { "application/json": { schema: { additionalProperties: false } } } },
    });
    expect(document.paths["/v1/tasks/{task_id}/copies"]?.["get"]?.["parameters"]).toMatchObject([
      { name: "task_id", in: "path" },
      { name: "queue", in: "query" },
    ]);
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(["CopyTaskResponse", "CountCopiesResponse"]),
    );
  });

  test("is in the tables of the docs", () => {
    const row = "| **CopyTask** | Copies a task into a queue. |  | `POST /v1/tasks/{task_id}:copy` | `copy_task` |";
    expect(apiIndex([service], comments)).toContain(row);
    expect(toolsTable([service], comments)).toContain("| `copy_task` | Copy a task | Copies a task into a queue. |");
    expect(rolesTable(service.methods)).toContain("| CopyService.CountCopies | `tasks:read` |");
  });

  test("is probed with another tenant's ids", () => {
    const { probes, unknown } = tenantProbes(service.methods);
    expect(probes.map(({ method, fields, thing }) => [method.name, fields.at(-1)?.name, thing])).toEqual([
      ["CopyTask", "task_id", "task"],
      ["CountCopies", "task_id", "task"],
    ]);
    expect(unknown).toEqual([]);
  });

  test("is served over REST by its handler, behind its scope, with JSON content as JSON", async () => {
    const called = async (scopes: readonly string[]) => {
      const { url, server } = await openTestServer({
        scopes,
        services: (router) =>
          void router.service(service, {
            copyTask: (request: object) => ({ taskId: "copy", detail: Reflect.get(request, "detail") }),
            countCopies: (request: object) => ({ count: String(Reflect.get(request, "queue")).length }),
          } as never),
      });
      onTestFinished(() => server.close({ graceMs: 0 }));
      const headers = { authorization, "content-type": "application/json" };
      const body = JSON.stringify({ queue: "q", detail: { n: [1] } });
      const copied = await fetch(`${url}/v1/tasks/7:copy`, { method: "POST", headers, body });
      const counted = await fetch(`${url}/v1/tasks/7/copies?queue=four`, { headers });
      return [await copied.json(), counted.status, await counted.json()];
    };
    expect(await called(["tasks:create", "tasks:read"])).toEqual([
      { task_id: "copy", detail: { n: [1] } },
      200,
      { count: 4 },
    ]);
    const [, status] = await called(["tasks:create"]);
    expect(status).toBe(403);
  });
});

describe("the contract", () => {
  const comments = readComments(root);
  const document = openApiDocument(services, comments) as Document;
  const routed = methods.filter((method) => routeOf(method) !== undefined);
  const withTool = methods.filter((method) => toolOf(method) !== undefined);
  const rowOf = (table: string, start: string) => table.split("\n").find((line) => line.startsWith(`| ${start} |`));
  const lacking = (of: readonly Method[], has: (method: Method) => boolean) =>
    of.filter((method) => !has(method)).map(shortName);

  test("has a REST route, an operation and a row in the docs for each method with a route option", () => {
    expect(routed.length).toBeGreaterThan(30);
    const routes = routesOf(services).all.map(({ method }) => method);
    expect(lacking(routed, (method) => routes.includes(method))).toEqual([]);
    const operations = Object.values(document.paths).flatMap((verbs) =>
      Object.values(verbs).map((operation) => operation["operationId"]),
    );
    expect(operations.sort()).toEqual(routed.map(({ name }) => name).sort());
    const api = readFileSync(join(root, "docs/api.md"), "utf8");
    expect(
      lacking(routed, (method) => rowOf(api, `**${method.name}**`)?.includes(`${routeOf(method)}`) ?? false),
    ).toEqual([]);
  });

  test("has a tool that can be called, two schemas and a row in the docs for each method with a tool option", () => {
    expect(withTool.length).toBeGreaterThan(20);
    const page = readFileSync(join(root, "docs/mcp.md"), "utf8");
    const fields = (schema: object = {}) => Object.keys(Object(Reflect.get(schema, "properties")));
    for (const method of withTool) {
      const tool = tools.find(
        (one) =>
          one.service === method.parent.typeName &&
          (one.verbs ? Object.values(one.verbs).includes(method.name) : one.method === method.name),
      );
      // A tool that several methods share has the fields of all of them.
      if (tool?.verbs) {
        const names = method.input.fields.map(({ name }) => name);
        expect(fields(tool.inputSchema), shortName(method)).toEqual(expect.arrayContaining(names));
        continue;
      }
      expect(tool?.scope, shortName(method)).toBe(accessOf(method).scope);
      expect(fields(tool?.inputSchema), shortName(method)).toEqual(method.input.fields.map(({ name }) => name));
      expect(fields(tool?.outputSchema), shortName(method)).toEqual(method.output.fields.map(({ name }) => name));
      expect(servicesWithTools, shortName(method)).toContain(method.parent);
      expect(rowOf(page, `\`${tool?.name}\``), shortName(method)).toBeDefined();
    }
  });

  test("has a row in the docs of roles for each method, and a probe for each that can name a tenant's thing", () => {
    const roles = readFileSync(join(root, "docs/roles.md"), "utf8");
    expect(lacking(methods, (method) => rowOf(roles, shortName(method)) !== undefined)).toEqual([]);
    const ofTenants = methods.filter(({ parent }) => parent.name !== "AdminService");
    const { probes, unknown } = tenantProbes(ofTenants);
    const probed = new Set(probes.map(({ method }) => method));
    const namesThing = ({ input }: Method) =>
      input.fields.some(({ name }) => name !== "request_id" && /_(id|token|tokens)$/.test(name));
    expect(lacking(ofTenants.filter(namesThing), (method) => probed.has(method))).toEqual([]);
    expect(unknown).toEqual([]);
  });
});
