// A machine as a Mermaid flowchart: text that many viewers of Markdown draw.
import type { Machine } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { graphOf } from "./edges.ts";

export function mermaidOf(machine: Machine): string {
  const { nodes, edges } = graphOf(machine);
  const ids = new Map(nodes.map(({ name }, at) => [name, `s${at}`]));
  const lines = nodes.map(({ name, work, type }) => {
    const text = quoted(work === "" ? name : `${name}<br/>${escaped(work)}`);
    const [open, close] = type === "other" ? ["[", "]"] : type === "initial" ? ["([", "])"] : ["[[", "]]"];
    return `  ${ids.get(name)}${open}${text}${close}`;
  });
  const ways = edges.map(({ from, to, label, isError }) => {
    const arrow = isError ? "-.->" : "-->";
    return `  ${ids.get(from)} ${arrow}${label === "" ? "" : `|${quoted(escaped(label))}|`} ${ids.get(to)}`;
  });
  return ["flowchart TD", ...lines, ...ways].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', "&quot;")}"`;
}
