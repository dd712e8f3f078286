// `asyncgate mcp`: the bridge over stdio, for MCP hosts on this machine. Its address and its key come from the
// environment that the host gives it.
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { ToolNames } from "../mcp/bridge.ts";
import { serveMcpOverStdio } from "../mcp/stdio.ts";
import { type Command, UsageError } from "./command.ts";
import { serverFor } from "./target.ts";

export const mcp: Command = {
  usage: "mcp [--tool-names plain|dotted] [--expose-agents]",
  about: "serves MCP hosts over stdin and stdout; ASYNCGATE_URL and ASYNCGATE_API_KEY say which server and which key",
  takesServerFlags: false,
  async run(context) {
    const { toolNames, exposeAgents } = optionsOf(context.arguments);
    const { terminal } = context;
    const { url: baseUrl, key } = await serverFor(context, "tasker");
    const handle = serveMcpOverStdio({
      line: { transport: createGrpcTransport({ baseUrl }), headers: { authorization: `Bearer ${key}` } },
      toolNames,
      exposeAgents,
      onError: (error) => terminal.say(`asyncgate mcp: ${error.message}`),
    });
    terminal.say(`asyncgate mcp: serving ${baseUrl} over stdin and stdout`);
    await ended(terminal.interrupted);
    await handle.close();
    return 0;
  },
};

function optionsOf(given: readonly string[]): { readonly toolNames: ToolNames; readonly exposeAgents: boolean } {
  const exposeAgents = given.includes("--expose-agents");
  const [flag, value = flag?.split("=")[1], ...rest] = given.filter((one) => one !== "--expose-agents");
  if (flag === undefined) return { toolNames: "plain", exposeAgents };
  const isNames = flag.startsWith("--tool-names") && rest.length === 0;
  if (isNames && (value === "plain" || value === "dotted")) return { toolNames: value, exposeAgents };
  throw new UsageError("mcp takes --tool-names plain or dotted, and --expose-agents, and nothing else");
}

/** When the host has gone, which closes stdin, or has asked for the end. */
function ended(interrupted: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once("close", resolve);
    process.stdin.once("end", resolve);
    interrupted.addEventListener("abort", () => resolve(), { once: true });
  });
}
