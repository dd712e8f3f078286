/**
 * The one reader of settings: environment and flags become one frozen object, or one error that names every fault at
 * once. Each setting stands in the table below with its bounds and what it is for; the documents are made from it.
 */

import { defaultLimits, messageBytesMaxDefault } from "../core/limits.ts";
import { LOG_LEVELS, type LogLevel } from "../log.ts";
import { flag, oneOf, parsePostgresUrl, type Setting, text, type Value, whole } from "./setting-kinds.ts";

export type Config = {
  readonly host: string;
  readonly port: number;
  readonly tlsByProxy: boolean;
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly tlsClientCaFile: string | undefined;
  readonly clientCertificates: string | undefined;
  readonly oidcIssuers: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly databaseDirectUrl: string | undefined;
  readonly hints: boolean;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly poolMax: number;
  readonly databaseWaitMs: number;
  readonly messageBytesMax: number;
  readonly payloadBytesMax: number;
  readonly resultBytesMax: number;
  readonly checkpointBytesMax: number;
  readonly receiptBodyBytesMax: number;
  readonly callsPerSecondMax: number;
  readonly callsBurstMax: number;
  readonly principalCallsPerSecondMax: number;
  readonly principalCallsBurstMax: number;
  readonly liveTasksMax: number;
  readonly principalLiveTasksMax: number;
  readonly liveLeasesMax: number;
  readonly principalLiveLeasesMax: number;
  readonly sessionsMax: number;
  readonly principalSessionsMax: number;
  readonly parkedWaitsMax: number;
  readonly principalParkedWaitsMax: number;
  readonly leaseTtlDefaultMs: number;
  readonly leaseTtlMinMs: number;
  readonly leaseTtlMaxMs: number;
  readonly offerAcceptMs: number;
  readonly resumeGraceMs: number;
  readonly slowReaderMs: number;
  readonly waitMaxMs: number;
  readonly deadlineMaxMs: number;
  readonly waitPollIntervalMs: number;
  readonly sweepIntervalMs: number;
  readonly retentionMs: number;
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  readonly callsMax: number;
  readonly callBytesMax: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepalivePingIntervalMs: number;
  readonly keepalivePingTimeoutMs: number;
  readonly floodCooldownMs: number;
  readonly shutdownGraceMs: number;
};

/** What is asked of: the process's environment, and flags by the names in the table, without their dashes. */
export type ConfigSources = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, string | boolean | undefined>>;
};

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const kib = 1_024;
const mib = 1_024 * kib;

/** More than any server can have of anything that is limited by tenant and principal. */
const limitMax = 1_000_000_000;

/** What holds for every tenant that has none of its own. */
function limit(name: keyof typeof defaultLimits, least: 0 | 1, about: string): Setting {
  return whole(name.replaceAll("_", "-"), defaultLimits[name], [least, limitMax], about);
}

const settings: Readonly<Record<keyof Config, Setting>> = {
  host: text(
    "host",
    "127.0.0.1",
    "The address to listen on. Off loopback, TLS must be had: tls-cert-file or tls-by-proxy, and a key.",
  ),
  port: whole("port", 7_171, [0, 65_535], "The port to listen on. 0 takes any that is free."),
  tlsByProxy: flag(
    "tls-by-proxy",
    false,
    "Says that a proxy in front does TLS, so that the host may be off loopback without a certificate here.",
  ),
  tlsCertFile: text("tls-cert-file", undefined, "The server's certificate chain, PEM. Read again when it changes."),
  tlsKeyFile: text("tls-key-file", undefined, "The key of that certificate, PEM."),
  tlsClientCaFile: text("tls-client-ca-file", undefined, "Whose certificates clients may show, PEM. Needs TLS here."),
  clientCertificates: text(
    "client-certificates",
    undefined,
    "Who is who by certificate: a JSON list, or the path of a file that holds one. See docs/security.md.",
  ),
  oidcIssuers: text(
    "oidc-issuers",
    undefined,
    "Whose tokens are taken: a JSON list, or the path of a file that holds one. See docs/security.md.",
  ),
  databaseUrl: {
    ...text("database-url", undefined, "The Postgres to use, `postgres://…`. If empty, one is started in data-dir."),
    environment: "DATABASE_URL",
    bounds: "a postgres:// URL",
    parse: parsePostgresUrl,
  },
  databaseDirectUrl: {
    ...text(
      "database-direct-url",
      undefined,
      "The same Postgres past any pooler, for the one connection that hears hints. If empty, database-url.",
    ),
    environment: "DATABASE_DIRECT_URL",
    bounds: "a postgres:// URL",
    parse: parsePostgresUrl,
  },
  hints: flag(
    "hints",
    true,
    "Whether servers tell each other by LISTEN and NOTIFY what has changed. Without, they find out by looking.",
  ),
  dataDir: text("data-dir", ".asyncgate", "Where the embedded Postgres and the development keys are kept."),
  logLevel: oneOf("log-level", "info", LOG_LEVELS, "The least level that is logged."),
  poolMax: whole("pool-max", 20, [1, 500], "The most connections to Postgres."),
  databaseWaitMs: whole(
    "database-wait-ms",
    30 * second,
    [0, hour],
    "How long the server waits at start for a Postgres that does not answer yet.",
  ),
  messageBytesMax: whole(
    "message-bytes-max",
    messageBytesMaxDefault,
    [64 * kib, 64 * mib],
    "The largest message of a request. An answer may have four times that.",
  ),
  payloadBytesMax: whole("payload-bytes-max", 256 * kib, [kib, 16 * mib], "The largest inline payload of a task."),
  resultBytesMax: whole("result-bytes-max", 256 * kib, [kib, 16 * mib], "The largest inline result of a task."),
  checkpointBytesMax: whole("checkpoint-bytes-max", 64 * kib, [kib, 16 * mib], "The largest checkpoint."),
  receiptBodyBytesMax: whole("receipt-body-bytes-max", 64 * kib, [kib, mib], "The largest body of a receipt."),
  callsPerSecondMax: limit("calls_per_second_max", 1, "The most calls a second of a tenant, on each server."),
  callsBurstMax: limit("calls_burst_max", 1, "How many of them may come at once after a while of silence."),
  principalCallsPerSecondMax: limit("principal_calls_per_second_max", 1, "The same of one principal."),
  principalCallsBurstMax: limit("principal_calls_burst_max", 1, "How many of those may come at once."),
  liveTasksMax: limit("live_tasks_max", 0, "The most tasks of a tenant that have not ended."),
  principalLiveTasksMax: limit("principal_live_tasks_max", 0, "The most that one principal is obliged by."),
  liveLeasesMax: limit("live_leases_max", 0, "The most leases of a tenant."),
  principalLiveLeasesMax: limit("principal_live_leases_max", 0, "The most leases of one principal."),
  sessionsMax: limit("sessions_max", 0, "The most sessions of a tenant: `Work` and `KeepLeases` streams."),
  principalSessionsMax: limit("principal_sessions_max", 0, "The most sessions of one principal."),
  parkedWaitsMax: limit("parked_waits_max", 0, "The most calls of a tenant that wait or watch, on each server."),
  principalParkedWaitsMax: limit("principal_parked_waits_max", 0, "The same of one principal."),
  leaseTtlDefaultMs: whole("lease-ttl-default-ms", minute, [second, day], "How long leases last where nobody wishes."),
  leaseTtlMinMs: whole(
    "lease-ttl-min-ms",
    5 * second,
    [100, day],
    "The shortest lease; shorter wishes are raised to it.",
  ),
  leaseTtlMaxMs: whole(
    "lease-ttl-max-ms",
    30 * minute,
    [second, day],
    "The longest lease; longer wishes are cut to it.",
  ),
  offerAcceptMs: whole(
    "offer-accept-ms",
    5 * second,
    [100, 10 * minute],
    "How long an offer waits to be accepted before its task goes back to the queue.",
  ),
  resumeGraceMs: whole(
    "resume-grace-ms",
    10 * second,
    [0, hour],
    "How long a worker's leases live on when its stream has broken; never beyond their own time.",
  ),
  slowReaderMs: whole(
    "slow-reader-ms",
    10 * second,
    [100, 10 * minute],
    "How long a worker's stream may leave what it is sent unread before it is cut.",
  ),
  waitMaxMs: whole("wait-max-ms", 50 * second, [0, 10 * minute], "The longest wait of a call that waits."),
  deadlineMaxMs: whole(
    "deadline-max-ms",
    day,
    [minute, 30 * day],
    "The longest deadline a call may carry. Streams live as long as theirs.",
  ),
  waitPollIntervalMs: whole(
    "wait-poll-interval-ms",
    second,
    [50, minute],
    "How often one statement looks, for all calls that wait here, for what no hint has told.",
  ),
  sweepIntervalMs: whole(
    "sweep-interval-ms",
    second,
    [50, hour],
    "How often lost leases and deadlines are looked for.",
  ),
  retentionMs: whole(
    "retention-ms",
    30 * day,
    [0, 3_650 * day],
    "How long ended tasks are kept, where their tenant does not say. 0 keeps them for ever.",
  ),
  connectionsMax: whole("connections-max", 10_000, [1, 1_000_000], "The most open connections."),
  connectionsPerAddressMax: whole(
    "connections-per-address-max",
    1_000,
    [1, 1_000_000],
    "The most open connections of one address. Raise it behind a proxy, which is one address.",
  ),
  callsMax: whole(
    "calls-max",
    20_000,
    [1, 1_000_000],
    "The most calls under way, those that wait included, and half as many more that need no credential.",
  ),
  callBytesMax: whole(
    "call-bytes-max",
    256 * mib,
    [mib, 64 * 1_024 * mib],
    "The most bytes of requests and answers under way. The fuller it is, the sooner slow callers are cut.",
  ),
  headersTimeoutMs: whole("headers-timeout-ms", 10 * second, [50, 10 * minute], "How long headers may take to arrive."),
  requestTimeoutMs: whole(
    "request-timeout-ms",
    minute,
    [50, hour],
    "How long a request may take to arrive whole, and an answer to be read.",
  ),
  keepalivePingIntervalMs: whole(
    "keepalive-ping-interval-ms",
    30 * second,
    [50, hour],
    "How often HTTP/2 peers are asked whether they live.",
  ),
  keepalivePingTimeoutMs: whole(
    "keepalive-ping-timeout-ms",
    10 * second,
    [50, hour],
    "How long they may take to answer before they are taken for dead.",
  ),
  floodCooldownMs: whole(
    "flood-cooldown-ms",
    10 * second,
    [0, hour],
    "How long an address that floods gets health checks and metrics only. 0 behind a proxy.",
  ),
  shutdownGraceMs: whole("shutdown-grace-ms", 20 * second, [0, hour], "How long running calls may finish at shutdown."),
};

/** All faults of a configuration, one a line. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}:\n- ${faults.join("\n- ")}`,
    );
    this.name = "ConfigError";
    this.faults = faults;
  }
}

/**
 * A flag goes before the environment, the environment before the default. An empty variable is not given; an empty flag
 * asks for the default, whatever the environment says.
 */
export function readConfig({ environment, flags = {} }: ConfigSources): Config {
  const faults = [...unknownNames(environment, flags)];
  const values: Partial<Record<keyof Config, Value>> = {};
  for (const [name, setting] of Object.entries(settings) as [keyof Config, Setting][]) {
    const given = givenValue(setting, environment, flags);
    if (given === undefined) {
      values[name] = setting.default;
      continue;
    }
    const parsed = setting.parse(given.text);
    if ("value" in parsed) values[name] = parsed.value;
    // What was written is not repeated: it may be a password that went into the wrong variable.
    else faults.push(`${given.name} must be ${parsed.mustBe}`);
  }
  const config = values as Config;
  if (faults.length === 0) faults.push(...faultsBetween(config));
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

function givenValue(
  setting: Setting,
  environment: ConfigSources["environment"],
  flags: NonNullable<ConfigSources["flags"]>,
): { readonly name: string; readonly text: string } | undefined {
  const byFlag = flags[setting.flag];
  if (byFlag === "") return undefined;
  if (byFlag !== undefined) return { name: `--${setting.flag}`, text: String(byFlag) };
  const byEnvironment = environment[setting.environment];
  if (byEnvironment !== undefined && byEnvironment !== "") return { name: setting.environment, text: byEnvironment };
  return undefined;
}

/** A misspelt setting that is ignored is a setting that does not hold. */
function* unknownNames(
  environment: ConfigSources["environment"],
  flags: NonNullable<ConfigSources["flags"]>,
): Iterable<string> {
  const all = Object.values(settings);
  const known = new Set(all.map((setting) => setting.environment));
  for (const name of Object.keys(environment)) {
    if (name.startsWith("ASYNCGATE_") && !known.has(name) && !clientNames.has(name)) {
      yield `${name} is not a setting of this server; \`asyncgate config\` lists them`;
    }
  }
  const knownFlags = new Set(all.map((setting) => setting.flag));
  for (const name of Object.keys(flags)) if (!knownFlags.has(name)) yield `--${name} is not a flag of this server`;
}

/** Read by clients and tools, which may run in the same environment. */
const clientNames = new Set(["ASYNCGATE_URL", "ASYNCGATE_API_KEY"]);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function* faultsBetween(config: Config): Iterable<string> {
  if (!isLoopback(config.host) && !config.tlsByProxy && config.tlsCertFile === undefined) {
    yield `${settings.host.environment} is off loopback, where keys would cross the network in clear; give a ` +
      `certificate with ${settings.tlsCertFile.environment}, put a proxy that does TLS in front and say so with ` +
      `${settings.tlsByProxy.environment}=true, or listen on 127.0.0.1`;
  }
  const together = [
    ["tlsCertFile", "tlsKeyFile"],
    ["tlsKeyFile", "tlsCertFile"],
    ["tlsClientCaFile", "tlsCertFile"],
    ["clientCertificates", "tlsClientCaFile"],
    ["tlsClientCaFile", "clientCertificates"],
  ] as const;
  for (const [one, other] of together) {
    if (config[one] !== undefined && config[other] === undefined) {
      yield `${settings[one].environment} needs ${settings[other].environment} beside it`;
    }
  }
  const order = [
    ["leaseTtlMinMs", "leaseTtlDefaultMs"],
    ["leaseTtlDefaultMs", "leaseTtlMaxMs"],
    ["payloadBytesMax", "messageBytesMax"],
    ["resultBytesMax", "messageBytesMax"],
    ["checkpointBytesMax", "messageBytesMax"],
    ["waitMaxMs", "deadlineMaxMs"],
  ] as const;
  for (const [less, more] of order) {
    if (config[less] > config[more]) {
      yield `${settings[less].environment} must not be more than ${settings[more].environment}`;
    }
  }
}

/** The table of all settings, as Markdown. */
export function renderSettings(): string {
  const rows = Object.values(settings).map((setting) => {
    const shown = setting.default === undefined ? "" : `\`${String(setting.default)}\``;
    return `| \`${setting.environment}\` | \`--${setting.flag}\` | ${shown} | ${setting.bounds} | ${setting.about} |`;
  });
  return ["| environment | flag | default | bounds | |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

/** The flags as the argument parser wants them. */
export function settingFlags(): { readonly name: string; readonly type: "string" | "boolean" }[] {
  return Object.values(settings).map(({ flag: name, default: value }) => ({
    name,
    type: typeof value === "boolean" ? "boolean" : "string",
  }));
}
