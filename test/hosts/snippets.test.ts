// The snippets for hosts that cannot be run here are JSON of the form that the host documents, and none names a key.
import { expect, test } from "vitest";
import { snippetsOf } from "./snippets.ts";

const forms = {
  "Claude Desktop": "mcpServers",
  Cursor: "mcpServers",
  "Other hosts": "mcpServers",
  "VS Code": "servers",
};

test.each(Object.entries(forms))("%s finds the server under %s, over each transport that it has", (section, form) => {
  const entries = snippetsOf(section).map((snippet) => {
    const json = JSON.parse(snippet) as Record<string, Record<string, Record<string, unknown>>>;
    return json[form]?.["asyncgate"] ?? {};
  });
  expect(entries.length).toBeGreaterThan(0);
  for (const entry of entries) {
    if ("url" in entry)
      expect(entry).toMatchObject({ url: expect.stringMatching(/\/mcp$/), headers: expect.anything() });
    else expect(entry).toMatchObject({ command: "asyncgate", args: ["mcp"] });
  }
  expect(snippetsOf(section).join("\n")).not.toMatch(/ag_\w/);
});

test("a heading that is not there has no snippets", () => {
  expect(snippetsOf("Emacs")).toEqual([]);
});
