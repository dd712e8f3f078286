// The HTTP routes of the contract: each method with a `google.api.http` option is one route. Paths are matched segment
// by segment; of two routes that match, the one with fewer variables wins, so `/obligations/open` is never an id.
import { type DescMethod, type DescService, getOption } from "@bufbuild/protobuf";
import { http } from "../../gen/typescript/google/api/annotations_pb.ts";

export type HttpVerb = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Route = {
  readonly method: DescMethod;
  readonly verb: HttpVerb;
  /** As the contract writes it: `/v1/tasks/{task_id}:cancel`. */
  readonly path: string;
  /** The fields of the request that stand in the path, in order. */
  readonly variables: readonly string[];
  /** Whether everything else stands in the body; otherwise in the query. */
  readonly hasBody: boolean;
};

export type Match =
  | { readonly route: Route; readonly values: ReadonlyMap<string, string> }
  /** The path exists, but for other verbs. */
  | { readonly route?: undefined; readonly allowed: readonly HttpVerb[] };

export type Routes = {
  readonly all: readonly Route[];
  /** Undefined: no route has this path. */
  match(verb: string, path: string): Match | undefined;
};

type Compiled = { readonly route: Route; readonly pattern: RegExp };

const specialCharacters = /[.*+?^${}()|[\]\\/]/g;

/** A variable ends at the next slash, or at the colon before a custom verb. */
const variablePattern = /\{([a-z_]+)\}/g;

export function routesOf(services: readonly DescService[]): Routes {
  const compiled = services
    .flatMap((service) => service.methods)
    .flatMap((method) => routeOf(method) ?? [])
    .map((route): Compiled => ({ route, pattern: patternOf(route.path) }))
    .sort((one, other) => one.route.variables.length - other.route.variables.length);
  return {
    all: compiled.map(({ route }) => route),
    match(verb, path) {
      const found = compiled.flatMap(({ route, pattern }) => {
        const values = pattern.exec(path)?.slice(1);
        return values ? [{ route, values }] : [];
      });
      // A path with fewer variables hides those with more, whatever the verb.
      const least = found[0]?.route.variables.length;
      const matching = found.filter(({ route }) => route.variables.length === least);
      const one = matching.find(({ route }) => route.verb === verb);
      if (one) return { route: one.route, values: valuesOf(one.route, one.values) };
      return matching.length > 0 ? { allowed: matching.map(({ route }) => route.verb) } : undefined;
    },
  };
}

function routeOf(method: DescMethod): Route | undefined {
  const rule = getOption(method, http);
  const { pattern } = rule;
  if (pattern.case === undefined || pattern.case === "custom") return undefined;
  if (rule.body !== "" && rule.body !== "*") throw new Error(`${method.name}: a route's body is "*" or nothing`);
  if (method.methodKind !== "unary") throw new Error(`${method.name}: only unary methods have routes`);
  const variables = [...pattern.value.matchAll(variablePattern)].map(([, name = ""]) => name);
  for (const name of variables) {
    if (!method.input.fields.some((field) => field.name === name && field.fieldKind === "scalar")) {
      throw new Error(`${method.name}: the path names ${name}, which is no scalar field of the request`);
    }
  }
  return {
    method,
    verb: pattern.case.toUpperCase() as HttpVerb,
    path: pattern.value,
    variables,
    hasBody: rule.body === "*",
  };
}

const value = "[^/:]+";
/** A task's name may stand in place of its id. Only its prefix has a colon that is not escaped. */
const taskOrName = `name:${value}|(?!name:)${value}`;

function patternOf(path: string): RegExp {
  const source = path
    .split(variablePattern)
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(specialCharacters, "\\$&");
      return part === "task_id" ? `(${taskOrName})` : `(${value})`;
    })
    .join("");
  return new RegExp(`^${source}$`);
}

/** Throws a URIError over a value that is not percent-encoded UTF-8. */
function valuesOf({ variables }: Route, values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(variables.map((name, index) => [name, decodeURIComponent(values[index] ?? "")]));
}
