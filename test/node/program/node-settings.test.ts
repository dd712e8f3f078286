// A node's configuration, and what it tells of itself.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { policyDefault } from "../../../src/node/jobs/policy.ts";
import { advertised, unenforced } from "../../../src/node/program/advertise.ts";
import { type NodeSettings, readNodeSettings } from "../../../src/node/program/node-settings.ts";
import type { Capabilities } from "../../../src/node/sandbox/driver.ts";

const defaults = { name: "host", spool: "/spool" };
const has: Capabilities = {
  driver: "bubblewrap",
  version: "1",
  filesystem: true,
  ownUser: true,
  networks: ["NONE", "HOST"],
  images: false,
  limits: { pids: "rlimits" },
  workspace: "tmpfs",
};

function read(text: string): NodeSettings {
  const settings = readNodeSettings(text, defaults);
  if ("faults" in settings) throw new Error(settings.faults.join("\n"));
  return settings;
}

test("the file of the page is one", async () => {
  const page = await readFile(new URL("../../../docs/nodes.md", import.meta.url), "utf8");
  const { name, driver } = read(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
  expect([name, driver]).toEqual(["builder-1", { name: "bubblewrap", readOnly: ["/opt/toolchain"] }]);
});

test("a node that is given jobs may do without TLS on loopback and behind a proxy", () => {
  expect(read("mode: push\nlisten: 127.0.0.1:7180").push).toEqual({ tls: undefined });
  expect(read('mode: push\nlisten: "[::1]:7180"').listen).toEqual({ host: "::1", port: 7_180 });
  expect(read("mode: push\nlisten: 10.0.0.7:7180\ntls: {by_proxy: true}").push).toEqual({ tls: undefined });
  const tls = read("mode: push\nlisten: 10.0.0.7:7180\ntls: {cert_file: a, key_file: b}").push?.tls;
  expect(tls).toEqual({ certFile: "a", keyFile: "b" });
  expect(read("mode: pull").push).toBeUndefined();
});

test("an empty file is a node with the strictest sandbox and no network", () => {
  expect(read("")).toEqual({
    server: undefined,
    keyFile: undefined,
    name: "host",
    spool: "/spool",
    slots: 2,
    queues: [],
    capabilities: [],
    listen: undefined,
    drainMs: 30_000,
    driver: { name: "bubblewrap", readOnly: [] },
    usersFrom: 200_000,
    policy: policyDefault,
    pskFile: undefined,
    nodeId: "host",
  });
});

test("a whole file is read", () => {
  const text = `
server: https://asyncgate.example:7171
name: builder
spool: /var/lib/node
slots: 8
queues: [builds]
capabilities: [gpu]
listen: 127.0.0.1:7180
drain_seconds: 600
psk_file: /etc/node.psk
id: rack7-1
sandbox:
  driver: container
  engine: docker
  engine_arguments: [--context, other]
  run_arguments: [--runtime, runc]
  users_from: 300000
  programs: [/bin/sh]
  images: [alpine]
  network: HOST
  limits: {memory_bytes: 1073741824, cpus: 1.5, pids: 100, open_files: 64, workspace_bytes: 1000000, output_bytes: 5}
  timeouts: {default_seconds: 60, max_seconds: 600}
`;
  const settings = read(text);
  expect([settings.pskFile, settings.nodeId]).toEqual(["/etc/node.psk", "rack7-1"]);
  expect(settings).toMatchObject({ slots: 8, drainMs: 600_000, listen: { host: "127.0.0.1", port: 7_180 } });
  expect(settings.driver).toEqual({
    name: "container",
    engine: "docker",
    engineArguments: ["--context", "other"],
    runArguments: ["--runtime", "runc"],
    probeImage: "alpine",
  });
  expect(settings.policy).toEqual({
    programs: ["/bin/sh"],
    images: ["alpine"],
    network: "HOST",
    limits: {
      memoryBytes: 1_073_741_824,
      cpus: 1.5,
      pids: 100,
      openFiles: 64,
      workspaceBytes: 1_000_000,
      outputBytes: 5,
    },
    timeoutDefaultMs: 60_000,
    timeoutMaxMs: 600_000,
  });
});

test.each([
  ["- a", "the whole: must be a map"],
  ["a: [", "Flow sequence"],
  ["slots: 1\nslots: 2", "unique"],
  ["a: &a [1]\nb: *a", "alias"],
  ["colour: red", "colour: is not a field"],
  ["slots: 0", "slots: must be a whole number from 1 to 1000"],
  ["slots: 1.5", "slots: must be a whole number"],
  ["server: ftp://x", "server: must be an http or https URL"],
  ["server: https://a:b@c", "server: must be an http or https URL without a password"],
  ["name: ''", "name: must be a text"],
  ["queues: builds", "queues: must be a list"],
  ["listen: 7180", "listen: must be a text"],
  ["listen: localhost:99999", "listen: must be a host and a port"],
  ["id: Rack_7", "id: must have at most 63 lower-case letters"],
  ["mode: both", "mode: must be pull or push"],
  ["mode: push", "listen: is missing"],
  ["mode: push\nlisten: 10.0.0.7:7180", "tls: is missing"],
  ["mode: push\nlisten: 127.painter.example:7180", "tls: is missing"],
  ['mode: push\nlisten: "[2001:db8::1]:7180"', "tls: is missing"],
  ["mode: push\nlisten: 127.0.0.1:1\ntls: {cert_file: a}", "tls: needs cert_file and key_file"],
  ["mode: push\nlisten: 127.0.0.1:1\nkey_file: b", "mode: push is for a node that registers"],
  ["tls: {by_proxy: true}", "tls: is for the mode push"],
  ["psk_file: a\nkey_file: b", "psk_file: must not be there beside key_file"],
  ["sandbox: strict", "sandbox: must be a map"],
  ["sandbox: {driver: none}", "sandbox.driver: must be bubblewrap, container or process"],
  ["sandbox: {engine: podman}", "sandbox.engine: is for the driver container"],
  ["sandbox: {driver: container, engine: lxc}", "sandbox.engine: must be podman or docker"],
  ["sandbox: {driver: process, read_only: [/opt]}", "sandbox.read_only: is for the driver bubblewrap"],
  ["sandbox: {read_only: [opt]}", "sandbox.read_only: must be absolute paths"],
  ["sandbox: {network: ALL}", "sandbox.network: must be NONE or HOST"],
  ["sandbox: {limits: {ram: 1}}", "sandbox.limits.ram: is not a field"],
  ["sandbox: {timeouts: {max_seconds: 10801}}", "sandbox.timeouts.max_seconds: must be a whole number from 1 to 10800"],
])("%s is refused: %s", (text, fault) => {
  const settings = readNodeSettings(text, defaults);
  expect("faults" in settings && settings.faults.join("\n")).toContain(fault);
});

test.each([
  ["host", "host"],
  ["Rack_7.example.com", "rack-7-example-com"],
  ["_", "node"],
])("a node of the machine %s is registered as %s", (name, id) => {
  const settings = readNodeSettings("", { ...defaults, name });
  expect("nodeId" in settings && settings.nodeId).toBe(id);
});

test("what a node is configured to bound and cannot is told, and what it can is advertised", () => {
  const { policy } = read("sandbox: {limits: {memory_bytes: 2000000, cpus: 1}}");
  expect(unenforced(policy, has)).toHaveLength(2);
  expect(unenforced(policy, { ...has, limits: {} })).toHaveLength(3);
  expect(unenforced(policyDefault, has)).toEqual([]);
  const settings = read("capabilities: [gpu]\nsandbox: {images: [alpine], network: HOST}");
  expect(advertised(settings, has)).toEqual([
    "gpu",
    "node.sandbox.bubblewrap",
    "node.filesystem",
    "node.network.HOST",
    "node.limit.pids",
  ]);
  expect(advertised(settings, { ...has, images: true })).toContain("node.image.alpine");
  expect(advertised(read(""), has)).not.toContain("node.network.HOST");
});
