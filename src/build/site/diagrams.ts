// Mermaid diagrams as SVG, made when the site is built: readers need no program for them, and they follow the colors of
// the page.
import { renderMermaidSVG } from "beautiful-mermaid";

/** What a page has room for beside its two columns, at the width of a laptop. */
const columnWidth = 720;
/** Wider diagrams are made smaller as long as their words can be read; beyond that, the reader scrolls. */
const shrinkMax = 0.7;

/** The library asks another server for a font. The site asks no other server for anything. */
const fontImport = /^\s*@import url\([^)]*\);\n/m;

export function renderDiagram(code: string, number: number): string {
  const colors = { bg: "var(--page)", fg: "var(--text)", line: "var(--quiet)", muted: "var(--quiet)" };
  const svg = renderMermaidSVG(code, { ...colors, font: "inherit", padding: 8, transparent: true });
  if (!fontImport.test(svg)) throw new Error("the diagrams of beautiful-mermaid have changed: look at their styles");
  return (
    svg
      .replace(fontImport, "")
      .replace(/^ {2}text \{.*\}\n/m, "")
      // Styles and names of a picture within a page are those of the page.
      .replace(/^ {2}svg \{/m, "  .diagram svg {")
      .replaceAll("arrowhead", `arrowhead-${number}`)
      .replace(/^<svg (.*? width="([\d.]+)".*? style=")/, (_all, head: string, width: string) => {
        const natural = Math.round(Number(width));
        const narrowest = Math.min(natural, Math.max(columnWidth, Math.round(natural * shrinkMax)));
        return `<svg role="img" aria-label="Diagram" ${head}min-width:${narrowest}px;`;
      })
  );
}
