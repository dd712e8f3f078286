// The payload of a job, read strictly.
import type { JsonValue } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { readJobSpec } from "../../../src/node/jobs/job-spec.ts";

test("a job has all its fields, and what is absent has its default", () => {
  expect(readJobSpec({ command: ["make", "-j", ""] })).toEqual({
    command: ["make", "-j", ""],
    image: undefined,
    env: {},
    files: [],
    artifacts: [],
    network: "NONE",
    memoryBytes: undefined,
    cpus: undefined,
    pids: undefined,
    outputBytes: undefined,
    workspaceBytes: undefined,
    timeoutMs: undefined,
  });
  const whole = {
    script: "make",
    image: "builder",
    env: { CC: "clang", EMPTY: "" },
    files: [
      { path: "a/b.txt", text: "hello" },
      { path: "run", base64: "AAE=", executable: true },
    ],
    artifacts: ["out/report.json"],
    network: "HOST",
    limits: { memory_bytes: 67_108_864, cpus: 0.5, pids: 10, output_bytes: 0 },
    workspace: { size_bytes: 1_000_000 },
    timeout: "1.5s",
  };
  expect(readJobSpec(whole)).toEqual({
    command: ["/bin/sh", "-c", "make"],
    image: "builder",
    env: { CC: "clang", EMPTY: "" },
    files: [
      { path: "a/b.txt", bytes: Buffer.from("hello"), isExecutable: false },
      { path: "run", bytes: Buffer.from([0, 1]), isExecutable: true },
    ],
    artifacts: ["out/report.json"],
    network: "HOST",
    memoryBytes: 67_108_864,
    cpus: 0.5,
    pids: 10,
    outputBytes: 0,
    workspaceBytes: 1_000_000,
    timeoutMs: 1_500,
  });
});

const command = ["true"];

test.each<[JsonValue, string]>([
  ["make", "the payload must be a JSON object"],
  [null, "the payload must be a JSON object"],
  [[], "the payload must be a JSON object"],
  [{}, "command: give either a command or a script"],
  [{ command, script: "x" }, "command: give either"],
  [{ command: [] }, "command: must be a list"],
  [{ command: "make" }, "command: must be a list"],
  [{ command: [""] }, "command[0]: must be a text"],
  [{ command: ["a\0b"] }, "command[0]: must not have a character NUL"],
  [{ command: ["x", "y".repeat(65_537)] }, "command[1]: has at most 65536 bytes"],
  [{ script: "" }, "script: must be a text"],
  [{ command, timeouts: "1s" }, "timeouts: is not a field"],
  [{ command, timeout: 5 }, "timeout: must be a duration"],
  [{ command, timeout: "0s" }, "timeout: must be a duration"],
  [{ command, timeout: "99999999s" }, "timeout: must be a duration"],
  [{ command, network: "none" }, "network: must be NONE or HOST"],
  [{ command, env: { "A=B": "" } }, "env.A=B: is not the name of a variable"],
  [{ command, env: { ASYNCGATE_TASK_ID: "x" } }, "env.ASYNCGATE_TASK_ID: is reserved"],
  [{ command, env: { ASYNCGATE_ATTEMPT: "x" } }, "env.ASYNCGATE_ATTEMPT: is reserved"],
  [{ command, env: { ASYNCGATE_WORKSPACE: "x" } }, "env.ASYNCGATE_WORKSPACE: is reserved"],
  [{ command, env: { A: 1 } }, "env.A: must be a text"],
  [{ command, env: [] }, "env: must be an object"],
  [{ command, files: [{ path: "../a", text: "" }] }, "files[0].path: must be a path within the workspace"],
  [{ command, files: [{ path: "/a", text: "" }] }, "files[0].path: must be a path"],
  [{ command, files: [{ path: "a//b", text: "" }] }, "files[0].path: must be a path"],
  [{ command, files: [{ path: "a" }] }, "files[0]: give either text or base64"],
  [{ command, files: [{ path: "a", base64: "?" }] }, "files[0].base64: is not base64"],
  [{ command, files: [{ path: "a", text: "", mode: 1 }] }, "files[0].mode: is not a field"],
  [{ command, artifacts: ["../x"] }, "artifacts[0]: must be a path"],
  [{ command, artifacts: ["a", "a"] }, "artifacts: must be a list of at most 8 different paths"],
  [{ command, limits: { memory: 1 } }, "limits.memory: is not a field"],
  [{ command, limits: { memory_bytes: 1 } }, "limits.memory_bytes: must be a whole number"],
  [{ command, limits: { pids: 1.5 } }, "limits.pids: must be a whole number"],
  [{ command, limits: { cpus: 0 } }, "limits.cpus: must be a number"],
  [{ command, limits: [] }, "limits: must be an object"],
  [{ command, workspace: { size_bytes: 1 } }, "workspace.size_bytes: must be a whole number"],
])("%j is refused: %s", (payload, fault) => {
  const read = readJobSpec(payload);
  expect("faults" in read && read.faults.join("\n")).toContain(fault);
});

test("all faults are told at once", () => {
  const read = readJobSpec({ env: { ASYNCGATE_X: "" }, timeout: "x", network: "x" });
  expect("faults" in read && read.faults).toHaveLength(4);
});
