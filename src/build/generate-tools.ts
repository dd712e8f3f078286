// Makes `src/mcp/tools.gen.ts`: every method with a tool option as a tool for language models, its schemas made of the
// request and the answer. Generated code has no comments, which models need, so the table is written ahead of time.
//
// `node src/build/generate-tools.ts` writes, `--check` only compares and fails when the file is stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type DescMessage, type DescService, getOption, hasOption } from "@bufbuild/protobuf";
import * as options from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { ReceiptSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskSchema, VerificationSchema, WaitSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema, TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { JsonSchema, ToolEntry } from "../mcp/tool-entry.ts";
import { accessOf, type Comments, type Method, readComments, services } from "./generate-docs-contract.ts";
import { isAlwaysWritten, isRequired, messageSchema, type Schema, type SchemaOptions } from "./json-schema.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = fileURLToPath(new URL("../mcp/tools.gen.ts", import.meta.url));

/** Deeper messages are any object: whole, the answers of all tools would be five times as large. */
const answerDepthMax = 2;

/** The methods of these services that have the option. */
export function toolsOf(services: readonly DescService[], comments: Comments): ToolEntry[] {
  const methods: readonly Method[] = services.flatMap((service) => service.methods);
  const byName = Map.groupBy(
    methods.filter((method) => hasOption(method, options.tool)),
    (method) => getOption(method, options.tool).name,
  );
  return [...byName.values()].flatMap((sharing) =>
    sharing.some((method) => getOption(method, options.tool).verb !== "")
      ? sharedTool(sharing, comments)
      : sharing.map((method) => toolOf(method, comments)),
  );
}

/**
 * One tool for several methods, which its argument `verb` names: what a host reads of twelve tools would be ten times
 * as much. Messages in it are any objects; the description and the refusals say what they hold.
 */
function sharedTool(sharing: readonly Method[], comments: Comments): ToolEntry[] {
  const [first] = sharing;
  if (!first) return [];
  const verbs = sharing.map((method) => [getOption(method, options.tool).verb, method.name] as const);
  const plain: SchemaOptions = {
    comments,
    nested: () => ({ type: "object" }),
    json: { type: "object" },
    enums: "none",
    required: () => false,
  };
  const inputs = sharing.map(({ input }) => messageSchema(input, plain)["properties"] as Schema).reverse();
  const asked: Schema = Object.assign({}, ...inputs);
  const properties = Object.fromEntries(Object.entries(asked).map(([name, of]) => [name, briefly(of as Schema)]));
  const verb = { type: "string", enum: verbs.map(([name]) => name), description: "What to do." };
  return [
    {
      ...toolOf(first, comments),
      verbs: Object.fromEntries(verbs),
      inputSchema: { type: "object", properties: { verb, ...properties }, required: ["verb"] },
      // Each verb has an answer of its own; all fields of all of them would say little.
      outputSchema: { type: "object" },
    },
  ];
}

/** The first sentence says what it is, and the rules judge the request. */
function briefly({ type, items, description }: Schema): Schema {
  const first = typeof description === "string" ? /^.*?\.(?=\s|$)/s.exec(description)?.[0] : undefined;
  return { type, ...(items !== undefined && { items }), ...(first !== undefined && { description: first }) };
}

function toolOf(method: Method, comments: Comments): ToolEntry {
  const tool = getOption(method, options.tool);
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description || firstParagraph(comments.get(`${method.parent.typeName}.${method.name}`) ?? ""),
    readOnly: tool.readOnly,
    idempotent: tool.idempotent,
    destructive: tool.destructive,
    service: method.parent.typeName,
    method: method.name,
    scope: accessOf(method).scope,
    narrowerScope: accessOf(method).narrowerScope,
    inputSchema: inputSchema(method.input, comments),
    outputSchema: outputSchema(method),
  };
}

function inputSchema(message: DescMessage, comments: Comments): JsonSchema {
  const common = { json: { type: "object" }, enums: "without zero", required: isRequired } as const;
  const input: SchemaOptions = {
    ...common,
    comments,
    nested(one, depth) {
      if (isTaskToCreate(one)) return taskToCreate(one, depth);
      const isSaid = ofTaskToCreate.has(one.typeName) && !isTaskToCreate(message);
      return isSaid ? { type: "object", description: "As in create_task." } : messageSchema(one, input, depth);
    },
  };
  // What its fields hold is said there as well: repeated, it was a sixth of what a host reads of all tools.
  const plain: SchemaOptions = { ...common, nested: () => ({ type: "object" }) };
  const taskToCreate = (one: DescMessage, depth: number) => ({
    ...messageSchema(one, plain, depth),
    description: "Its fields are those of create_task.",
  });
  const { description: _ofMessage, ...schema } = messageSchema(message, input);
  return schema;
}

/** Parts of a task to create that other tools take, too. */
const ofTaskToCreate: ReadonlySet<string> = new Set([WaitSchema.typeName, VerificationSchema.typeName]);

/** Explained once, at the tool that it is the request of. */
function isTaskToCreate({ typeName }: DescMessage): boolean {
  return typeName === CreateTaskRequestSchema.typeName;
}

/** The tools that say what a task and a receipt consist of: repeated, it was a quarter of what a host reads of all. */
const readers: ReadonlyMap<string, Method> = new Map<string, Method>([
  [TaskSchema.typeName, TaskService.method.getTask],
  [ReceiptSchema.typeName, ReceiptService.method.getReceipt],
]);

function outputSchema({ name, output: message }: Method): JsonSchema {
  const output: SchemaOptions = {
    nested(one, depth) {
      const reader = readers.get(one.typeName);
      if (reader && reader.name !== name) {
        return { type: "object", description: `As ${getOption(reader, options.tool).name} answers it.` };
      }
      return depth > answerDepthMax ? { type: "object" } : messageSchema(one, output, depth);
    },
    json: {},
    enums: "none",
    required: (field, depth) => depth < answerDepthMax && isAlwaysWritten(field),
  };
  return withoutBounds(messageSchema(message, output)) as JsonSchema;
}

/** The rules judge requests; an answer keeps them anyway, and a schema that says so is only longer. */
function withoutBounds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutBounds);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) =>
      name === "properties"
        ? [[name, Object.fromEntries(Object.entries(value as Schema).map(([one, of]) => [one, withoutBounds(of)]))]]
        : kept.has(name)
          ? [[name, withoutBounds(value)]]
          : [],
    ),
  );
}

const kept: ReadonlySet<string> = new Set(["type", "description", "items", "additionalProperties", "required"]);

function firstParagraph(comment: string): string {
  return comment.split("\n\n")[0]?.replaceAll("\n", " ") ?? "";
}

async function main(check: boolean): Promise<void> {
  const tools = toolsOf(services, readComments(root));
  const made = [
    "// Generated by src/build/generate-tools.ts from the contract. Change that, not this.",
    'import type { ToolEntry } from "./tool-entry.ts";\n',
    `export const tools: readonly ToolEntry[] = ${JSON.stringify(tools, undefined, 1)};\n`,
  ].join("\n");
  if (!check) await writeFile(target, made);
  else if ((await readFile(target, "utf8").catch(() => "")) !== made) {
    process.stderr.write("generate-tools: src/mcp/tools.gen.ts is not what the contract says; run make generate\n");
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
