// Makes `gen/openapi/asyncgate.json`: the routes of the contract as an OpenAPI 3.1 document, from the same descriptors
// and comments as everything else that is generated.
//
// `node src/build/generate-openapi.ts` writes, `--check` only compares and fails when the file is stale.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { DescField, DescMessage, DescService } from "@bufbuild/protobuf";
import { ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Route, routesOf } from "../facade/routes.ts";
import { version } from "../version.ts";
import { exactMessage, notEmpty } from "./exact-schema.ts";
import { accessOf, type Comments, readComments, services } from "./generate-docs-contract.ts";
import {
  fieldSchema,
  isAlwaysWritten,
  isRequired,
  messageSchema,
  type Schema,
  type SchemaOptions,
} from "./json-schema.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = fileURLToPath(new URL("../../gen/openapi/asyncgate.json", import.meta.url));

/** The routes of these services. */
export function openApiDocument(services: readonly DescService[], comments: Comments): Schema {
  const components = createComponents(services, comments);
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routesOf(services).all) {
    paths[route.path] = {
      ...paths[route.path],
      [route.verb.toLowerCase()]: operation(route, comments, components),
    };
  }
  const error = components.answer.nested(ErrorDetailSchema, 0);
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
          headers: errorHeaders,
          content: jsonContent({ type: "object", properties: { error }, required: ["error"] }),
        },
      },
      schemas: Object.fromEntries([...components.schemas].sort(([one], [other]) => (one < other ? -1 : 1))),
    },
  };
}

const errorHeaders = {
  "Retry-After": {
    description: "With 429 and 503: the seconds after which to call again.",
    schema: { type: "integer", minimum: 0 },
  },
  "WWW-Authenticate": { description: "With 401: how to authenticate.", schema: { type: "string" } },
  Allow: { description: "With 405: the verbs that the path is served for.", schema: { type: "string" } },
};

/** Of a deprecated route (RFC 9745, RFC 5829). */
const deprecationHeaders = {
  Deprecation: { description: "Since when: `@` and seconds since 1970.", schema: { type: "string" } },
  Link: { description: "The route that comes after it.", schema: { type: "string" } },
};

type Components = {
  readonly schemas: ReadonlyMap<string, Schema>;
  readonly request: SchemaOptions;
  readonly answer: SchemaOptions;
};

/**
 * A message has one schema as part of requests, which says what is refused, and one as part of answers, which says what
 * is always there. A message that is part of both has two, the one for requests called `…Input`.
 */
function createComponents(services: readonly DescService[], comments: Comments): Components {
  const schemas = new Map<string, Schema>();
  const owners = new Map<string, DescMessage>();
  const methods = services.flatMap((service) => service.methods);
  const inAnswers = reachable([...methods.map(({ output }) => output), ErrorDetailSchema]);
  const reference = (message: DescMessage, name: string, options: SchemaOptions): Schema => {
    if (!schemas.has(name)) {
      schemas.set(name, {}); // before its fields, which may lead back here
      owners.set(name, message);
      schemas.set(name, messageSchema(message, options));
    }
    if (owners.get(name) !== message) throw new Error(`two messages would be the component ${name}`);
    return { $ref: `#/components/schemas/${name}` };
  };
  const common = { comments, json: { description: "Any JSON value." }, enums: "all" } as const;
  const request: SchemaOptions = {
    ...common,
    nested: (message) => reference(message, inAnswers.has(message) ? `${message.name}Input` : message.name, request),
    required: isRequired,
    isExact: true,
  };
  const answer: SchemaOptions = {
    ...common,
    nested: (message) => reference(message, message.name, answer),
    required: isAlwaysWritten,
  };
  return { schemas, request, answer };
}

function reachable(messages: readonly DescMessage[], found = new Set<DescMessage>()): ReadonlySet<DescMessage> {
  for (const message of messages) {
    if (found.has(message)) continue;
    found.add(message);
    reachable(
      message.fields.flatMap((field) => field.message ?? []),
      found,
    );
  }
  return found;
}

function operation(route: Route, comments: Comments, { request, answer }: Components): Schema {
  const { method, hasBody } = route;
  const comment = comments.get(`${method.parent.typeName}.${method.name}`) ?? "";
  const inBody = method.input.fields.filter(({ name }) => !route.variables.includes(name));
  const scope = accessOf(method).scope;
  return {
    operationId: method.name,
    tags: [method.parent.name],
    summary: firstParagraph(comment),
    // Pages and generators show it below the summary.
    description: [...comment.split("\n\n").slice(1), `Needs the scope \`${scope}\`.`].join("\n\n"),
    ...(method.deprecated && { deprecated: true }),
    ...nonEmpty("parameters", [
      ...route.variables.map((name) => parameter(fieldNamed(method.input, name), "path", request)),
      ...(hasBody ? [] : inBody.flatMap((field) => queryParameters(field, request))),
    ]),
    ...(hasBody && {
      requestBody: {
        // No body is an empty object.
        required: inBody.some(isRequired),
        content: jsonContent(bodySchema(method.input, inBody, request)),
      },
    }),
    responses: {
      "200": {
        description: firstParagraph(comments.get(method.output.typeName)),
        ...(method.deprecated && { headers: deprecationHeaders }),
        content: jsonContent(answer.nested(method.output, 0)),
      },
      "4XX": { $ref: "#/components/responses/Error" },
      "5XX": { $ref: "#/components/responses/Error" },
    },
  };
}

/** The request without what stands in the path. */
function bodySchema(message: DescMessage, fields: readonly DescField[], options: SchemaOptions): Schema {
  if (fields.length === message.fields.length) return options.nested(message, 0);
  const required = fields.filter(isRequired).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, options, 0)])),
    ...(required.length > 0 && { required }),
    ...exactMessage(message),
  };
}

function queryParameters(field: DescField, options: SchemaOptions): Schema[] {
  if (field.fieldKind !== "message" || field.message.typeName.startsWith("google.protobuf.")) {
    return [parameter(field, "query", options)];
  }
  return field.message.fields.map((inner) => ({
    ...parameter(inner, "query", options),
    required: false, // only together with the others of its message
    name: `${field.name}.${inner.name}`,
  }));
}

function parameter(field: DescField, where: "path" | "query", options: SchemaOptions): Schema {
  const { description, ...schema } = fieldSchema(field, options, 0);
  return {
    name: field.name,
    in: where,
    ...((where === "path" || isRequired(field)) && { required: true }),
    ...(description !== undefined && { description }),
    ...(field.fieldKind === "map" && { style: "deepObject", explode: true }),
    schema: where === "path" ? notEmpty(schema) : schema,
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
  const made = `${JSON.stringify(openApiDocument(services, readComments(root)), undefined, 1)}\n`;
  if (!check) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, made);
  } else if ((await readFile(target, "utf8").catch(() => "")) !== made) {
    process.stderr.write("generate-openapi: gen/openapi is not what the contract says; run make generate\n");
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
