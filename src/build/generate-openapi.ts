// Makes `gen/openapi/asyncgate.json`: the routes of the contract as an OpenAPI 3.1 document, from the same descriptors
// and comments as everything else that is generated.
//
// `node src/build/generate-openapi.ts` writes, `--check` only compares and fails when the file is stale.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Route, routesOf } from "../facade/routes.ts";
import { version } from "../version.ts";
import { accessOf, type Comments, readComments, services } from "./generate-docs-contract.ts";
import { fieldSchema, messageSchema, type Schema, type SchemaOptions } from "./json-schema.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = fileURLToPath(new URL("../../gen/openapi/asyncgate.json", import.meta.url));

export function openApiDocument(comments: Comments): Schema {
  const components = new Map<string, Schema>();
  const options = componentOptions(comments, components);
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routesOf(services).all) {
    paths[route.path] = {
      ...paths[route.path],
      [route.verb.toLowerCase()]: operation(route, comments, options),
    };
  }
  reference(ErrorDetailSchema, options, components);
  return {
    openapi: "3.1.1",
    info: {
      title: "AsyncGate",
      version,
      description: "Durable hand-off for AI agents and polyglot workers. Made from the Protobuf contract.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    tags: services
      .filter((service) => routesOf([service]).all.length > 0)
      .map((service) => ({ name: service.name, description: firstParagraph(comments.get(service.typeName)) })),
    paths: Object.fromEntries(Object.entries(paths).sort(([one], [other]) => (one < other ? -1 : 1))),
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "An API key or a token." } },
      responses: {
        Error: {
          description: "The call was refused. `reason` says why, `advice` what to do.",
          content: jsonContent({
            type: "object",
            properties: { error: { $ref: "#/components/schemas/ErrorDetail" } },
            required: ["error"],
          }),
        },
      },
      schemas: Object.fromEntries([...components].sort(([one], [other]) => (one < other ? -1 : 1))),
    },
  };
}

function componentOptions(comments: Comments, components: Map<string, Schema>): SchemaOptions {
  const options: SchemaOptions = {
    comments,
    nested: (message) => reference(message, options, components),
    json: { description: "Any JSON value." },
    enums: "all",
    required: () => false,
  };
  return options;
}

function reference(message: DescMessage, options: SchemaOptions, components: Map<string, Schema>): Schema {
  if (!components.has(message.name)) {
    components.set(message.name, {}); // before its fields, which may lead back here
    components.set(message.name, messageSchema(message, options));
  }
  return { $ref: `#/components/schemas/${message.name}` };
}

function operation(route: Route, comments: Comments, options: SchemaOptions): Schema {
  const { method, hasBody } = route;
  const comment = comments.get(`${method.parent.typeName}.${method.name}`) ?? "";
  const inBody = method.input.fields.filter(({ name }) => !route.variables.includes(name));
  const scope = accessOf(method).scope;
  return {
    operationId: method.name,
    tags: [method.parent.name],
    summary: firstParagraph(comment),
    description: `${comment}\n\nNeeds the scope \`${scope}\`.`,
    ...(method.deprecated && { deprecated: true }),
    ...nonEmpty("parameters", [
      ...route.variables.map((name) => parameter(fieldNamed(method.input, name), "path", options)),
      ...(hasBody ? [] : inBody.flatMap((field) => queryParameters(field, options))),
    ]),
    ...(hasBody && {
      requestBody: { required: true, content: jsonContent(bodySchema(method.input, inBody, options)) },
    }),
    responses: {
      "200": {
        description: firstParagraph(comments.get(method.output.typeName)),
        content: jsonContent(options.nested(method.output, 0)),
      },
      "4XX": { $ref: "#/components/responses/Error" },
      "5XX": { $ref: "#/components/responses/Error" },
    },
  };
}

/** The request without what stands in the path. */
function bodySchema(message: DescMessage, fields: readonly DescField[], options: SchemaOptions): Schema {
  if (fields.length === message.fields.length) return options.nested(message, 0);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, options, 0)])),
  };
}

function queryParameters(field: DescField, options: SchemaOptions): Schema[] {
  if (field.fieldKind !== "message" || field.message.typeName.startsWith("google.protobuf.")) {
    return [parameter(field, "query", options)];
  }
  return field.message.fields.map((inner) => ({
    ...parameter(inner, "query", options),
    name: `${field.name}.${inner.name}`,
  }));
}

function parameter(field: DescField, where: "path" | "query", options: SchemaOptions): Schema {
  const { description, ...schema } = fieldSchema(field, options, 0);
  return {
    name: field.name,
    in: where,
    ...(where === "path" && { required: true }),
    ...(description !== undefined && { description }),
    ...(field.fieldKind === "map" && { style: "deepObject", explode: true }),
    schema,
  };
}

function fieldNamed(message: DescMessage, name: string): DescField {
  const field = message.fields.find((one) => one.name === name);
  if (!field) throw new Error(`${message.name} has no field ${name}`);
  return field;
}

function jsonContent(schema: Schema): Schema {
  return { "application/json": { schema } };
}

function nonEmpty(name: string, list: readonly Schema[]): Schema {
  return list.length > 0 ? { [name]: list } : {};
}

function firstParagraph(comment = ""): string {
  return comment.split("\n\n")[0]?.replaceAll("\n", " ") ?? "";
}

async function main(check: boolean): Promise<void> {
  const made = `${JSON.stringify(openApiDocument(readComments(root)), undefined, 1)}\n`;
  if (!check) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, made);
  } else if ((await readFile(target, "utf8").catch(() => "")) !== made) {
    process.stderr.write("generate-openapi: gen/openapi is not what the contract says; run make generate\n");
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
