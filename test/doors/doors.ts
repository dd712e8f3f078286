// The doors: each calls a method with JSON as people write it, and answers with JSON as people read it.
import { type DescMethod, fromJson, type JsonObject, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorDetailSchema, ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { hideJson, showJson } from "../../src/facade/json-fields.ts";
import { routesOf } from "../../src/facade/routes.ts";
import { services } from "../../src/mcp/line.ts";
import { tools } from "../../src/mcp/tools.gen.ts";
import { makeGeneratedClient } from "./generated-client.ts";
import type { Door, Outcome } from "./run-script.ts";
import type { As } from "./script.ts";

export type Keys = Readonly<Record<Exclude<As, "stranger">, string>>;

export type Server = { readonly url: string; readonly keys: Keys };

export const doorNames = ["grpc", "grpc-web", "connect", "rest", "rest-generated", "mcp-stdio", "mcp-http"] as const;
export type DoorName = (typeof doorNames)[number];

export function openTestServer(name: DoorName, server: Server): Door {
  switch (name) {
    case "grpc":
      return rpcDoor(name, createGrpcTransport({ baseUrl: server.url }), server.keys);
    case "grpc-web":
      return rpcDoor(name, createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1" }), server.keys);
    case "connect":
      return rpcDoor(
        name,
        createConnectTransport({ baseUrl: server.url, httpVersion: "1.1", useBinaryFormat: false }),
        server.keys,
      );
    case "rest":
      return restDoor(server);
    case "rest-generated":
      return generatedDoor(server);
    default:
      return mcpDoor(name, server);
  }
}

function keyOf(keys: Keys, as: As): string {
  return as === "stranger" ? "ag_dev_000000000000_0000000000000000000000000000000000" : keys[as];
}

function reasonName(reason: number): string {
  return ErrorReasonSchema.value[reason as never]?.name.replace("ERROR_REASON_", "") ?? String(reason);
}

const written = { alwaysEmitImplicit: true, useProtoFieldName: true } as const;

function rpcDoor(name: string, transport: Transport, keys: Keys): Door {
  return {
    name,
    async call(as, method, request): Promise<Outcome> {
      const message = fromJson(method.input, hideJson(method.input, request, "values"));
      const unary = method as DescMethod & { methodKind: "unary" };
      const headers = { authorization: `Bearer ${keyOf(keys, as)}` };
      try {
        const response = await transport.unary(unary, undefined, undefined, headers, message as never);
        return {
          answer: showJson(method.output, toJson(method.output, response.message as Message, written)) as JsonObject,
        };
      } catch (thrown) {
        const [detail] = ConnectError.from(thrown).findDetails(ErrorDetailSchema);
        if (!detail) throw thrown;
        return { refused: reasonName(detail.reason) };
      }
    },
    close: async () => {},
  };
}

function restDoor({ url, keys }: Server): Door {
  const routes = routesOf(services).all;
  return {
    name: "rest",
    async call(as, method, request): Promise<Outcome> {
      const route = routes.find((one) => one.method === method);
      if (route === undefined) throw new Error(`${method.name} has no route`);
      const rest = Object.fromEntries(Object.entries(request).filter(([name]) => !route.variables.includes(name)));
      const path = route.path.replace(/\{([a-z_]+)\}/g, (_all, name: string) =>
        encodeURIComponent(String(request[name] ?? "-")),
      );
      const query = route.hasBody ? "" : `?${new URLSearchParams(queryOf(rest))}`;
      const response = await fetch(`${url}${path}${query}`, {
        method: route.verb,
        headers: {
          authorization: `Bearer ${keyOf(keys, as)}`,
          ...(route.hasBody && { "content-type": "application/json" }),
        },
        ...(route.hasBody && { body: JSON.stringify(rest) }),
      });
      const body = (await response.json()) as JsonObject;
      if (response.ok) return { answer: body };
      const reason: unknown = Reflect.get(Object(body["error"]), "reason");
      return { refused: String(reason).replace("ERROR_REASON_", "") };
    },
    close: async () => {},
  };
}

function generatedDoor({ url, keys }: Server): Door {
  const routes = routesOf(services).all;
  const making = makeGeneratedClient(url);
  return {
    name: "rest-generated",
    async call(as, method, request): Promise<Outcome> {
      const { operations, createClient } = await making;
      const operation = operations[`${method.name.charAt(0).toLowerCase()}${method.name.slice(1)}`];
      const route = routes.find((one) => one.method === method);
      if (operation === undefined || route === undefined) throw new Error(`${method.name} has no operation`);
      const { path, rest } = Object.groupBy(Object.entries(request), ([name]) =>
        route.variables.includes(name) ? "path" : "rest",
      );
      const { data, error, response } = await operation({
        client: createClient({ baseUrl: url, auth: keyOf(keys, as) }),
        // The script leaves out the ids that a lease token tells; a path needs something in their place.
        path: { ...Object.fromEntries(route.variables.map((name) => [name, "-"])), ...Object.fromEntries(path ?? []) },
        [route.hasBody ? "body" : "query"]: Object.fromEntries(rest ?? []),
      });
      if (response?.ok) return { answer: data as JsonObject };
      if (error === undefined) throw new Error(`${method.name} failed without an error`);
      return { refused: String(error.error.reason).replace("ERROR_REASON_", "") };
    },
    close: async () => await (await making).remove(),
  };
}

function queryOf(request: JsonObject, prefix = ""): [string, string][] {
  return Object.entries(request).flatMap(([name, value]: [string, JsonValue]) => {
    if (Array.isArray(value)) return value.map((item): [string, string] => [`${prefix}${name}`, String(item)]);
    if (typeof value === "object" && value !== null) {
      return Object.entries(value).map(([key, item]): [string, string] => [`${prefix}${name}[${key}]`, String(item)]);
    }
    return [[`${prefix}${name}`, String(value)]];
  });
}

function mcpDoor(name: "mcp-stdio" | "mcp-http", { url, keys }: Server): Door {
  const clients = new Map<As, Promise<Client>>();
  const clientOf = (as: As) => {
    const known = clients.get(as) ?? connect(name, url, keyOf(keys, as));
    clients.set(as, known);
    return known;
  };
  return {
    name,
    async call(as, method, request): Promise<Outcome> {
      const tool = tools.find((one) => one.method === method.name);
      if (tool === undefined) throw new Error(`${method.name} is no tool`);
      let client: Client;
      try {
        client = await clientOf(as);
      } catch (thrown) {
        // Over HTTP a credential that is no good is refused before any tool is.
        if (String(thrown).includes("401") || Reflect.get(Object(thrown), "code") === 401)
          return { refused: "UNAUTHENTICATED" };
        throw thrown;
      }
      const result = await client.callTool({ name: tool.name, arguments: request });
      if (result.isError) return { refused: /^([A-Z_]+):/.exec(textOf(result))?.[1] ?? textOf(result) };
      return { answer: result.structuredContent as JsonObject };
    },
    async close() {
      for (const client of clients.values()) await client.then((one) => one.close()).catch(() => undefined);
    },
  };
}

async function connect(name: "mcp-stdio" | "mcp-http", url: string, key: string): Promise<Client> {
  const client = new Client({ name: "doors", version: "1" });
  const transport =
    name === "mcp-http"
      ? new StreamableHTTPClientTransport(new URL("/mcp", url), {
          requestInit: { headers: { authorization: `Bearer ${key}` } },
        })
      : new StdioClientTransport({
          command: process.execPath,
          args: ["src/main.ts", "mcp"],
          env: { ...(process.env as Record<string, string>), ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key },
          stderr: "ignore",
        });
  await client.connect(transport as never);
  return client;
}

function textOf(result: object): string {
  const content: unknown = Reflect.get(result, "content");
  return Array.isArray(content) ? String(content[0]?.text ?? "") : "";
}
