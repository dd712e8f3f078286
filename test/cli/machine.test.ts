// `asyncgate machine …` as users run it: stdout is data, stderr tells.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";

async function run(...args: readonly string[]) {
  const child = spawn(process.execPath, ["src/main.ts", "machine", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...text };
}

const writer = "examples/machines/writer.yaml";

describe("asyncgate machine", () => {
  test("validate prints a machine's hash, or every fault with its place", async () => {
    expect(await run("validate", writer)).toMatchObject({ code: 0, stderr: "" });
    const { code, stdout } = await run("validate", "examples/machines/writer.agents.yaml", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, faults: [{ path: "tasks", line: 1, column: 1 }] });
  });

  test("run tells states as they come, and prints the output alone", async () => {
    const { code, stdout, stderr } = await run(
      "run",
      writer,
      "--agents",
      "examples/machines/writer.agents.yaml",
      "--input",
      '{"topic": "tea"}',
    );
    expect(JSON.parse(stdout)).toEqual({ text: "Draft 2 about tea", drafts: 2 });
    expect(stderr.match(/^ +\d {2}\w+$/gm)?.map((line) => line.trim())).toEqual([
      "1  draft",
      "2  review",
      "3  draft",
      "4  review",
      "5  done",
    ]);
    expect(code).toBe(0);
  });

  test("run --json prints one object, and ends with 1 if the execution failed", async () => {
    const { code, stdout } = await run(
      "run",
      writer,
      "--json",
      "--agents",
      "examples/machines/answer.agents.yaml",
      "--input",
      "{}",
    );
    expect(JSON.parse(stdout)).toMatchObject({ state: "FAILED", error: { type: "EXPRESSION_FAILED" } });
    expect(code).toBe(1);
  });

  test("graph prints a picture", async () => {
    expect((await run("graph", writer)).stdout).toMatch(/^<svg /);
    expect((await run("graph", writer, "--format", "mermaid")).stdout).toMatch(/^flowchart TD\n/);
    expect(await run("graph", writer, "--format", "png")).toMatchObject({ code: 2, stdout: "" });
  });
});

test("every machine of examples/machines comes to what it should", async () => {
  const child = spawn(process.execPath, ["test/examples/run.ts"], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    printed += part;
  });
  const [code] = (await once(child, "close")) as [number | null];
  expect(printed).not.toContain("FAIL");
  expect(code).toBe(0);
});
