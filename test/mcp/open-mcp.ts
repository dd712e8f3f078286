// A whole server with its MCP path, and real clients of both generations for it.
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { onTestFinished } from "vitest";
import type { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { answerMcpRequest } from "../../src/mcp/http.ts";
import { openEngineServer } from "../rpc/engine-server.ts";
import type { ServerWishes } from "../rpc/test-server.ts";

export type Era = "legacy" | "modern";
export const eras: readonly Era[] = ["legacy", "modern"];
/** The newer library speaks the older revision too, and does so unless it is told to negotiate. */
export type ClientKind = Era | "modern, of itself";
export const clientKinds: readonly ClientKind[] = [...eras, "modern, of itself"];

type Wishes = Parameters<typeof openEngineServer>[0];

export async function openMcp(config: NonNullable<ServerWishes["config"]> = {}, wishes: Wishes = () => ({})) {
  const opened = await openEngineServer((engine) => {
    const asked = wishes(engine);
    return { config, ...asked, more: { mcp: async () => answerMcpRequest, ...asked.more } };
  });
  const connect = async (kind: ClientKind, key: string) => {
    const options = { requestInit: { headers: { authorization: `Bearer ${key}` } } };
    const url = new URL("/mcp", opened.url);
    const client =
      kind === "legacy"
        ? new LegacyClient({ name: "test", version: "1" })
        : new ModernClient(
            { name: "test", version: "1" },
            kind === "modern" ? { versionNegotiation: { mode: "auto" } } : {},
          );
    const transport = kind === "legacy" ? new LegacyTransport(url, options) : new ModernTransport(url, options);
    await client.connect(transport as never);
    onTestFinished(() => client.close());
    return client as ModernClient;
  };
  const keyOf = async (tenant: string, role: Role, id?: string) =>
    opened.makeKey(await opened.makeTenant(tenant), role, id);
  return { ...opened, connect, keyOf };
}

export function textOf(result: unknown): string {
  const content: unknown = Reflect.get(Object(result), "content");
  return Array.isArray(content) ? String(content[0]?.text ?? "") : "";
}
