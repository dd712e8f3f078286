// Tables for a terminal, with columns as wide as their widest cell. Colors have no width.
import { stripVTControlCharacters } from "node:util";

export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widthOf = (cell: string) => stripVTControlCharacters(cell).length;
  const widths = head.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? "")), title.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)];
}
