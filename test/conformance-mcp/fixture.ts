// What fixtures share.
import type { CatalogTool } from "../../src/mcp/catalog.ts";

/** One red pixel. */
export const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

export function fixtureTool(name: string, call: CatalogTool["call"], properties: object = {}): CatalogTool {
  return {
    name,
    title: name,
    description: `A fixture of the conformance check: ${name}.`,
    readOnly: true,
    idempotent: true,
    destructive: false,
    scope: "system:read",
    narrowerScope: "",
    inputSchema: { type: "object", properties },
    call,
  };
}

export function text(value: string) {
  return { type: "text" as const, text: value };
}
