// `asyncgate admin …`: AdminService with flags, made from the contract's descriptors. It calls a server; with --offline
// or a --database-url it works on the database itself, which is how the first key is made.
import { parseArgs } from "node:util";
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { AdminService } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { defaultLimits } from "../core/limits.ts";
import { uuidShape } from "../core/page-token.ts";
import { parseJson } from "./arguments.ts";
import { callMethod } from "./call.ts";
import { commandName } from "./call-commands.ts";
import { type Command, type Context, UsageError } from "./command.ts";
import { flagNames, fromFlags } from "./message-flags.ts";

const methods: ReadonlyMap<string, DescMethod> = new Map(
  AdminService.methods.map((method) => [commandName(method), method]),
);

export const admin: Command = {
  usage: "admin <command> [--flags]",
  about: "administers tenants and keys; `asyncgate admin` lists its commands",
  takesServerFlags: false,
  async run(context) {
    const [name = "", ...args] = context.arguments;
    const method = methods.get(name);
    if (method === undefined) {
      for (const line of usage()) context.terminal.say(line);
      if (name === "" || name === "help") return 0;
      throw new UsageError(`there is no admin command "${name}"`);
    }
    const { request, overrides, offline } = readArguments(method, args);
    const answer = offline
      ? await offlineCall(context, method, request, overrides)
      : await resolveAndCall(request, (one, asked) => callMethod(context, one, asked), method);
    context.terminal.print(JSON.stringify(answer, undefined, 2));
    return 0;
  },
};

function* usage(): Iterable<string> {
  yield "usage: asyncgate admin <command> [--flags] ['<request as JSON>']";
  yield "";
  for (const [name, method] of methods) yield `  ${name.padEnd(20)} ${flagNames(method.input).join(" ")}`;
  yield "";
  yield "A tenant is given by id or name, a principal as human:ada, roles as tasker,worker, limits as name=1.";
  yield* wrapped(`Limits: ${Object.keys(defaultLimits).join(", ")}. GetConfig shows their values.`);
  yield "--offline works on the database itself, without a server: on DATABASE_URL, --database-url, or the embedded";
  yield "one in --data-dir. That is how the first key is made.";
}

/** Lines of a terminal's width. */
function wrapped(text: string, width = 110): string[] {
  return text.match(new RegExp(`.{1,${width}}(?: |$)`, "g"))?.map((line) => line.trimEnd()) ?? [];
}

const databaseFlags = ["database-url", "data-dir"] as const;

function readArguments(method: DescMethod, args: readonly string[]) {
  const names = [...flagNames(method.input).map((flag) => flag.slice(2)), ...databaseFlags];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const, multiple: true }]));
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...options, offline: { type: "boolean" } },
    allowPositionals: true,
  });
  const [json = "{}", ...rest] = positionals;
  if (rest.length > 0) throw new UsageError("expected one JSON document beside the flags: put it in quotes");
  const { offline = false, ...given } = values as Record<string, string[]> & { readonly offline?: boolean };
  const overrides: Record<string, string> = Object.fromEntries(
    databaseFlags.flatMap((name) => (given[name]?.at(-1) ? [[name, given[name].at(-1) ?? ""]] : [])),
  );
  const fields = Object.fromEntries(
    Object.entries(given).filter(([name]) => !(databaseFlags as readonly string[]).includes(name)),
  );
  const base = parseJson(json);
  if (typeof base !== "object" || base === null || Array.isArray(base))
    throw new UsageError("the request must be a JSON object");
  const request: JsonObject = { ...base, ...fromFlags(method.input, fields) };
  return { request, overrides, offline: offline || overrides["database-url"] !== undefined };
}

type Call = (method: DescMethod, request: JsonValue) => Promise<JsonValue>;

/** Finds the id of a tenant that is given by its name. */
async function resolveAndCall(request: JsonObject, call: Call, method: DescMethod): Promise<JsonValue> {
  const tenant = request["tenant_id"];
  if (typeof tenant !== "string" || tenant === "" || uuidShape.test(tenant)) return await call(method, request);
  for (let pageToken = ""; ; ) {
    const page = (await call(AdminService.method.listTenants, { page_size: 200, page_token: pageToken })) as JsonObject;
    const found = ((page["tenants"] ?? []) as JsonObject[]).find(({ name }) => name === tenant);
    if (found !== undefined) return await call(method, { ...request, tenant_id: found["tenant_id"] ?? "" });
    pageToken = String(page["next_page_token"] ?? "");
    if (pageToken === "") throw new UsageError(`there is no tenant "${tenant}"`);
  }
}

/** Loads the engine, which calls of a server do without. */
async function offlineCall(
  context: Context,
  method: DescMethod,
  request: JsonObject,
  overrides: Readonly<Record<string, string>>,
): Promise<JsonValue> {
  const { withOwnDatabase } = await import("./admin-offline.ts");
  return await withOwnDatabase(context, overrides, (call) => resolveAndCall(request, call, method));
}
