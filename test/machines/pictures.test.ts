// Pictures of machines: every state and way is in them, and names are text and never markup.
import { expect, test } from "vitest";
import { mermaidOf } from "../../src/machines/graph/mermaid.ts";
import { svgOf } from "../../src/machines/graph/svg.ts";
import { load } from "./simulate.ts";

const text = `
name: "<m>"
agents: {one: a}
states:
  first:
    type: initial
    agent: one
    on_error: {BUSY: first}
    transitions: [{condition: "output == '<b>'", to: 'say "hi"'}, {to: end}]
  'say "hi"': {wait_for: go, transitions: first}
  end: {type: final}
`;

test("Mermaid has each state and each way, with conditions and errors", async () => {
  expect(mermaidOf(await load(text)).split("\n")).toEqual([
    "flowchart TD",
    '  s0(["first<br/>agent one"])',
    '  s1["say &quot;hi&quot;<br/>waits for go"]',
    '  s2[["end"]]',
    "  s0 -->|\"output == '&lt;b&gt;'\"| s1",
    "  s0 --> s2",
    '  s0 -.->|"BUSY"| s0',
    "  s1 --> s0",
  ]);
});

test("SVG is well-formed, and has each state and each way", async () => {
  const svg = svgOf(await load(text));
  expect(svg.match(/<rect/g)).toHaveLength(3);
  expect(svg.match(/class="way/g)).toHaveLength(4);
  expect(svg).toContain("<title>&lt;m&gt;</title>");
  expect(svg).toContain("say &quot;hi&quot;");
  expect(svg).not.toContain("NaN");
  const opened = [...svg.matchAll(/<(\w+)\b([^>]*)>/g)]
    .filter(([, , more = ""]) => !more.endsWith("/"))
    .map(([, name]) => name)
    .sort();
  const closed = [...svg.matchAll(/<\/(\w+)>/g)].map(([, name]) => name).sort();
  expect(opened).toEqual(closed);
});
