// A node's configuration: a YAML file of its operator, read strictly. What it allows is the most that jobs may do.
import { parseDocument } from "yaml";
import { type Policy, policyDefault } from "../jobs/policy.ts";
import type { DriverChoice } from "../sandbox/create-driver.ts";
import { type Fields, flagOf, namesOf, numberOf, objectOf, type Say, textOf } from "./fields.ts";
import { policyFields, policyOf } from "./policy-fields.ts";

export type NodeSettings = {
  /** Undefined if the environment says it. */
  readonly server: string | undefined;
  readonly keyFile: string | undefined;
  readonly name: string;
  readonly spool: string;
  readonly slots: number;
  readonly queues: readonly string[];
  readonly capabilities: readonly string[];
  /** Where /healthz and /readyz are: a host and a port. Undefined: nowhere. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly drainMs: number;
  readonly driver: DriverChoice;
  readonly usersFrom: number;
  /** The most that jobs may do, whatever operators send. */
  readonly policy: Policy;
  /** With it, the node registers, and is configured by operators. Undefined: it has a key of its own. */
  readonly pskFile: string | undefined;
  /** The id that it registers with. */
  readonly nodeId: string;
  /** It takes no jobs by itself: a dispatcher gives them to it where it listens. Undefined: it takes them. */
  readonly push: { readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined } | undefined;
};

const bytesMax = 65_536;
const fields = [
  ...["server", "key_file", "psk_file", "id", "name", "spool", "slots", "queues", "capabilities", "listen"],
  ...["drain_seconds", "sandbox", "mode", "tls"],
];
const sandboxFields = [
  ...["driver", "users_from", "read_only", "engine", "engine_arguments", "run_arguments"],
  ...policyFields,
];

/** Where a file says nothing. */
export type SettingsDefaults = { readonly name: string; readonly spool: string };

export function readNodeSettings(
  text: string,
  defaults: SettingsDefaults,
): NodeSettings | { readonly faults: readonly string[] } {
  if (Buffer.byteLength(text) > bytesMax) return { faults: [`the file has more than ${bytesMax} bytes`] };
  const parsed = parse(text);
  if ("faults" in parsed) return parsed;
  const faults: string[] = [];
  const say: Say = (field, message) => void faults.push(`${field}: ${message}`);
  const root = objectOf(parsed.value ?? {}, "", fields, say);
  const sandbox = objectOf(root["sandbox"] ?? {}, "sandbox.", sandboxFields, say);
  const settings: NodeSettings = {
    server: urlOf(root["server"], say),
    keyFile: textOf(root["key_file"], "key_file", say),
    name: textOf(root["name"], "name", say) ?? defaults.name,
    spool: textOf(root["spool"], "spool", say) ?? defaults.spool,
    slots: numberOf(root["slots"], "slots", [1, 1_000], say) ?? 2,
    queues: namesOf(root["queues"], "queues", say) ?? [],
    capabilities: namesOf(root["capabilities"], "capabilities", say) ?? [],
    listen: listenOf(root["listen"], say),
    drainMs: (numberOf(root["drain_seconds"], "drain_seconds", [0, 86_400], say) ?? 30) * 1_000,
    driver: driverOf(sandbox, say),
    // Beyond the users of people and services, and of most user namespaces.
    usersFrom: numberOf(sandbox["users_from"], "sandbox.users_from", [1_000, 2_000_000_000], say) ?? 200_000,
    policy: policyOf(sandbox, "sandbox.", policyDefault, say),
    pskFile: textOf(root["psk_file"], "psk_file", say),
    nodeId: idOf(root["id"], defaults.name, say),
    push: pushOf(root, say),
  };
  if (settings.push && settings.keyFile !== undefined) say("mode", "push is for a node that registers: with psk_file");
  if (settings.pskFile !== undefined && settings.keyFile !== undefined) {
    say("psk_file", "must not be there beside key_file: a node that registers gets its keys");
  }
  return faults.length > 0 ? { faults } : settings;
}

function parse(text: string): { readonly value: unknown } | { readonly faults: readonly string[] } {
  const document = parseDocument(text, { schema: "core", version: "1.2", uniqueKeys: true });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) return { faults: wrong.map(({ message }) => message.split("\n")[0] ?? "") };
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch {
    return { faults: ["an alias, as in *name, is not resolved: write out what it stands for"] };
  }
}

const idShape = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** If it is not said, the machine's name, with the letters that an id may have. */
function idOf(value: unknown, machine: string, say: Say): string {
  const text = textOf(value, "id", say);
  if (text !== undefined && !idShape.test(text)) {
    say("id", "must have at most 63 lower-case letters, digits and dashes, and no dash first");
  }
  return (
    text ??
    (machine
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replace(/^-/, "")
      .slice(0, 63) ||
      "node")
  );
}

function urlOf(value: unknown, say: Say): string | undefined {
  const text = textOf(value, "server", say);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!isPlain) say("server", "must be an http or https URL without a password");
  return text;
}

/** Answers tell of the machine: they are for its own network. */
function listenOf(value: unknown, say: Say): NodeSettings["listen"] {
  const text = textOf(value, "listen", say);
  if (text === undefined) return undefined;
  const [, name, address, port = ""] = /^(?:([^:]+)|\[([0-9a-f:]+)\]):(\d{1,5})$/.exec(text) ?? [];
  const host = name ?? address ?? "";
  if (host === "" || Number(port) > 65_535) say("listen", "must be a host and a port, as in 127.0.0.1:7180");
  return { host, port: Number(port) };
}

function pushOf(root: Fields, say: Say): NodeSettings["push"] {
  const { mode = "pull" } = root;
  if (mode !== "pull" && mode !== "push") say("mode", "must be pull or push");
  const tls = objectOf(root["tls"] ?? {}, "tls.", ["cert_file", "key_file", "by_proxy"], say);
  const certFile = textOf(tls["cert_file"], "tls.cert_file", say);
  const keyFile = textOf(tls["key_file"], "tls.key_file", say);
  const isByProxy = flagOf(tls["by_proxy"], "tls.by_proxy", say);
  if (mode !== "push") {
    if (root["tls"] !== undefined) say("tls", "is for the mode push");
    return undefined;
  }
  if ((certFile === undefined) !== (keyFile === undefined)) say("tls", "needs cert_file and key_file");
  const { host } = listenOf(root["listen"], () => {}) ?? {};
  if (host === undefined) say("listen", "is missing: the mode push needs it");
  else if (!/^(127(\.\d{1,3}){3}|localhost|::1)$/.test(host) && certFile === undefined && !isByProxy) {
    say("tls", "is missing: off loopback, a bearer must not travel in the clear; by_proxy: true if a proxy does TLS");
  }
  return { tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined };
}

function driverOf(sandbox: Fields, say: Say): DriverChoice {
  const readOnly = namesOf(sandbox["read_only"], "sandbox.read_only", say);
  const engine = sandbox["engine"];
  const engineArguments = namesOf(sandbox["engine_arguments"], "sandbox.engine_arguments", say);
  const runArguments = namesOf(sandbox["run_arguments"], "sandbox.run_arguments", say);
  const images = Array.isArray(sandbox["images"]) ? (sandbox["images"] as readonly string[]) : undefined;
  const { driver = "bubblewrap" } = sandbox;
  const isContainer = driver === "container";
  for (const [name, given] of Object.entries({
    engine,
    engine_arguments: engineArguments,
    run_arguments: runArguments,
  })) {
    if (given !== undefined && !isContainer) say(`sandbox.${name}`, "is for the driver container");
  }
  if (readOnly && driver !== "bubblewrap") say("sandbox.read_only", "is for the driver bubblewrap");
  if (driver === "process") return { name: "process" };
  if (isContainer) {
    if (engine !== undefined && engine !== "podman" && engine !== "docker") {
      say("sandbox.engine", "must be podman or docker");
    }
    return {
      name: "container",
      engine: engine === "docker" ? "docker" : "podman",
      engineArguments: engineArguments ?? [],
      runArguments: runArguments ?? [],
      ...(images?.[0] !== undefined && { probeImage: images[0] }),
    };
  }
  if (driver !== "bubblewrap") say("sandbox.driver", "must be bubblewrap, container or process");
  if (readOnly?.some((folder) => !folder.startsWith("/"))) say("sandbox.read_only", "must be absolute paths");
  return { name: "bubblewrap", readOnly: readOnly ?? [] };
}
