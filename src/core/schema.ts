// JSON Schemas that come from callers, compiled by ajv: of questions, and of the tools of agents. Their cost is bounded
// before they are compiled: by size, depth and the number of values with all references followed; patterns, which can
// take any time, and everything that leads out of the schema are not served.
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { FieldViolation } from "./refusal.ts";

/** How deep a schema may be nested, references included. */
const depthMax = 16;
/** Values of a schema, each reference counted as what it stands for; and of an answer. The product bounds the work. */
const schemaValuesMax = 500;
const answerValuesMax = 1_000;
/** Enums may be long; a violation repeats their beginning. */
const allowedShown = 10;

const draft = "https://json-schema.org/draft/2020-12/schema";

/** What keywords have as their values: data, a schema, a list of schemas, schemas by name. */
const keywords: Readonly<Record<string, "data" | "schema" | "list" | "map">> = {
  ...keywordsOf(
    "data",
    "type enum const title description default examples deprecated readOnly writeOnly format $comment",
  ),
  ...keywordsOf("data", "required minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength"),
  ...keywordsOf("data", "minItems maxItems uniqueItems minProperties maxProperties minContains maxContains"),
  ...keywordsOf("data", "dependentRequired"),
  ...keywordsOf("schema", "items contains additionalProperties propertyNames not if then else"),
  ...keywordsOf("list", "anyOf oneOf allOf prefixItems"),
  ...keywordsOf("map", "properties dependentSchemas"),
};

function keywordsOf<Kind extends string>(kind: Kind, names: string): Record<string, Kind> {
  return Object.fromEntries(names.split(" ").map((name) => [name, kind]));
}

/** Each in one pass over the text. Formats that are not named here are not checked. */
const formats = {
  date: (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  "date-time": (text: string) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text)),
  email: (text: string) => /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(text),
  uri: (text: string) => URL.canParse(text),
  uuid: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
};

/** One for all: a new one would compile the schema of schemas again, which takes 20 ms. It keeps nothing. */
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  logger: false,
  ownProperties: true,
  addUsedSchema: false,
  formats,
});

/** What is wrong with a value. Its fields are named below the given one: `answer.size`. */
export type CheckValue = (text: string, field: string) => readonly FieldViolation[];

/** How a schema and what it judges are named in violations. */
export type SchemaNames = {
  /** The field that holds the schema. */
  readonly field: string;
  /** What it judges: `answer`. Rules are `answer.type`, and `answer_schema.depth` of the schema itself. */
  readonly rule: string;
};

type Parsed = { readonly json: unknown; readonly isJson: boolean };

export function parse(text: string): Parsed {
  try {
    return { json: JSON.parse(text) as unknown, isJson: true };
  } catch {
    return { json: undefined, isJson: false };
  }
}

export function valuesFault({ json, isJson }: Parsed, field: string, rule: string): FieldViolation[] {
  if (!isJson) return [{ field, description: "must be one JSON document", rule: `${rule}.json` }];
  const isTooMuch = countValues(json, answerValuesMax) > answerValuesMax;
  return isTooMuch
    ? [{ field, description: `must have at most ${answerValuesMax} values`, rule: `${rule}.values` }]
    : [];
}

/** Stops soon after `most`. */
function countValues(json: unknown, most: number): number {
  let count = 0;
  const rest: unknown[] = [json];
  while (rest.length > 0 && count <= most) {
    const value = rest.pop();
    count += 1;
    if (typeof value === "object" && value !== null) rest.push(...Object.values(value));
  }
  return count;
}

/** The check of a schema, or what is wrong with it. */
export function compileSchema(text: string, { field: schemaField, rule }: SchemaNames): CheckValue | FieldViolation[] {
  const violation = (fault: SchemaFault) => {
    return [{ field: schemaField, description: fault.description, rule: `${rule}_schema.${fault.rule}` }];
  };
  const { json: schema } = parse(text);
  if (!isSchema(schema)) return violation(schemaFault("must be a JSON Schema: an object", "json"));
  const fault = faultOfSchema(schema);
  if (fault) return violation(fault);
  try {
    const check = ajv.compile(schema);
    return (value, field) => {
      const parsed = parse(value);
      const tooMuch = valuesFault(parsed, field, rule);
      if (tooMuch.length > 0 || check(parsed.json)) return tooMuch;
      return (check.errors ?? []).map((error) => violationOf(error, field, rule));
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return violation(schemaFault(`is not a valid JSON Schema: ${why.slice(0, 500)}`, "invalid"));
  } finally {
    // It would be kept for as long as the server runs.
    ajv.removeSchema(schema);
  }
}

type SchemaFault = { readonly description: string; readonly rule: string };

function schemaFault(description: string, rule: string): SchemaFault {
  return { description, rule };
}

type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Walk = {
  readonly definitions: Schema;
  /** The values of definitions that have been walked through. */
  readonly sizes: Map<string, number>;
  /** Definitions that stand around the one that is looked at. */
  readonly around: string[];
  fault: SchemaFault | undefined;
};

function faultOfSchema({ $defs, $schema, ...root }: Schema): SchemaFault | undefined {
  if ($schema !== undefined && $schema !== draft) return schemaFault(`must be of the draft ${draft}`, "draft");
  if ($defs !== undefined && !isSchema($defs)) return schemaFault("must have an object as its $defs", "defs");
  const walk: Walk = { definitions: $defs ?? {}, sizes: new Map(), around: [], fault: undefined };
  const size = sizeOfSchema(root, walk, 1);
  // Definitions that nothing refers to are compiled all the same.
  for (const name of Object.keys(walk.definitions)) sizeOfDefinition(name, walk, 1);
  if (walk.fault) return walk.fault;
  const unused = [...walk.sizes.values()].reduce((sum, one) => sum + one, 0);
  if (Math.max(size, unused) <= schemaValuesMax) return undefined;
  return schemaFault(`must have at most ${schemaValuesMax} values, with its references followed`, "values");
}

function faulty(walk: Walk, description: string, rule: string): number {
  walk.fault ??= schemaFault(description, rule);
  return 0;
}

/** How many values it has, those of its references included. */
function sizeOfSchema(schema: unknown, walk: Walk, depth: number): number {
  if (walk.fault || typeof schema === "boolean") return 1;
  if (depth > depthMax) return faulty(walk, `must be nested at most ${depthMax} deep, with its references`, "depth");
  if (!isSchema(schema)) return faulty(walk, "must have schemas where schemas belong", "invalid");
  let size = 1;
  for (const [keyword, value] of Object.entries(schema)) {
    size += keyword === "$ref" ? sizeOfReference(value, walk, depth) : sizeOfKeyword(keyword, value, walk, depth);
    if (size > schemaValuesMax) return size;
  }
  return size;
}

function sizeOfKeyword(keyword: string, value: unknown, walk: Walk, depth: number): number {
  const kind = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
  if (kind === undefined)
    return faulty(walk, `has the keyword ${JSON.stringify(keyword)}, which is not served`, "keyword");
  if (kind === "data") return sizeOfData(value, walk, depth);
  if (kind === "schema") return sizeOfSchema(value, walk, depth + 1);
  const isRight = kind === "list" ? Array.isArray(value) : isSchema(value);
  if (!isRight) return faulty(walk, `has a wrong value for the keyword ${JSON.stringify(keyword)}`, "invalid");
  let size = 1;
  for (const one of Object.values(value as object)) {
    size += sizeOfSchema(one, walk, depth + 1);
    if (size > schemaValuesMax) return size;
  }
  return size;
}

function sizeOfData(value: unknown, walk: Walk, depth: number): number {
  if (depth > depthMax) return faulty(walk, `must be nested at most ${depthMax} deep, with its references`, "depth");
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + sizeOfData(one, walk, depth + 1), 1);
}

const referencePrefix = "#/$defs/";

function sizeOfReference(value: unknown, walk: Walk, depth: number): number {
  if (typeof value !== "string" || !value.startsWith(referencePrefix)) {
    return faulty(walk, "may refer to #/$defs/… only", "reference");
  }
  const name = value.slice(referencePrefix.length);
  if (!Object.hasOwn(walk.definitions, name))
    return faulty(walk, `refers to ${value}, which is not there`, "reference");
  return sizeOfDefinition(name, walk, depth);
}

/** A chain of references is as deep as what it leads through; the depth within a definition counts from where it is. */
function sizeOfDefinition(name: string, walk: Walk, depth: number): number {
  if (walk.around.includes(name)) return faulty(walk, `refers to #/$defs/${name} in a circle`, "reference");
  const known = walk.sizes.get(name);
  if (known !== undefined) return known;
  walk.around.push(name);
  const size = sizeOfSchema(walk.definitions[name], walk, depth + 1);
  walk.around.pop();
  walk.sizes.set(name, size);
  return size;
}

function violationOf(
  { instancePath, keyword, message = "is wrong", params }: ErrorObject,
  field: string,
  rule: string,
): FieldViolation {
  const path = instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join("");
  return {
    field: `${field}${path}`.slice(0, 200),
    description: `${message}${detailOf(keyword, params)}`,
    rule: `${rule}.${keyword}`,
  };
}

function detailOf(keyword: string, params: Readonly<Record<string, unknown>>): string {
  if (keyword === "enum" && Array.isArray(params["allowedValues"])) return `: ${shown(params["allowedValues"])}`;
  if (keyword === "const") return `: ${JSON.stringify(params["allowedValue"]).slice(0, 100)}`;
  if (keyword === "additionalProperties") return `: ${String(params["additionalProperty"]).slice(0, 100)}`;
  return "";
}

export function shown(values: readonly unknown[]): string {
  const first = values.slice(0, allowedShown).map((value) => JSON.stringify(value).slice(0, 100));
  return `${first.join(", ")}${values.length > allowedShown ? ", …" : ""}`;
}
