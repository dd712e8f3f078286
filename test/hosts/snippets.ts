// The snippets of docs/mcp.md, by the host they are for.
import { readFileSync } from "node:fs";

const page = new URL("../../docs/mcp.md", import.meta.url);

/** The fenced blocks below a heading of the third level, in their order. */
export function snippetsOf(section: string): string[] {
  const [, text = ""] = readFileSync(page, "utf8").split(`\n### ${section}\n`);
  const [own = ""] = text.split(/^#{2,3} /m);
  return [...own.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, snippet = ""]) => snippet);
}
