// The only reader of settings: environment and flags become one frozen object, or one error with all faults.
import { isLoopback } from "../core/loopback.ts";
import type { LogLevel } from "../log.ts";
import type { Setting, Value } from "./setting-kinds.ts";
import { settings } from "./settings.ts";

export type Config = {
  readonly host: string;
  readonly port: number;
  readonly tlsByProxy: boolean;
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly tlsClientCaFile: string | undefined;
  readonly clientCertificates: string | undefined;
  readonly oidcIssuers: string | undefined;
  readonly publicUrl: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly agentProbeHosts: readonly string[];
  readonly agentProbePrivate: boolean;
  readonly nodePushHosts: readonly string[];
  readonly nodePushPrivate: boolean;
  readonly sealingKeysFile: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly databaseDirectUrl: string | undefined;
  readonly hints: boolean;
  readonly queueMetrics: number;
  /** Whether the server carries out schedules itself: `on` or `off`. */
  readonly scheduler: string;
  /** Whether the server executes machines itself: `on` or `off`. */
  readonly machines: string;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly poolMax: number;
  readonly processes: number;
  readonly databaseWaitMs: number;
  readonly messageBytesMax: number;
  readonly payloadBytesMax: number;
  readonly resultBytesMax: number;
  readonly checkpointBytesMax: number;
  readonly receiptBodyBytesMax: number;
  readonly outputBytesMax: number;
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
  readonly outputFollowersMax: number;
  readonly principalOutputFollowersMax: number;
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

/** The process's environment, and flags by their names in the table, without dashes. */
export type ConfigSources = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, string | boolean | undefined>>;
};

/** All faults of a configuration, one per line. */
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
 * A flag takes precedence over the environment, and the environment over the default. An empty variable counts as not
 * given; an empty flag means the default, whatever the environment has.
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
    // The given value is not repeated: it may be a password in the wrong variable.
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

/** A misspelt setting must not be ignored. */
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

/** Read by clients and commands, which may run in the same environment. */
const clientNames = new Set(["ASYNCGATE_URL", "ASYNCGATE_API_KEY", "ASYNCGATE_PROFILE"]);

function* faultsBetween(config: Config): Iterable<string> {
  if (!isLoopback(config.host) && !config.tlsByProxy && config.tlsCertFile === undefined) {
    yield `${settings.host.environment} is off loopback, where keys would cross the network in the clear; set a ` +
      `certificate with ${settings.tlsCertFile.environment}, declare a proxy that does TLS with ` +
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
      yield `${settings[one].environment} needs ${settings[other].environment}, too`;
    }
  }
  const order = [
    ["leaseTtlMinMs", "leaseTtlDefaultMs"],
    ["leaseTtlDefaultMs", "leaseTtlMaxMs"],
    ["payloadBytesMax", "messageBytesMax"],
    ["resultBytesMax", "messageBytesMax"],
    ["checkpointBytesMax", "messageBytesMax"],
    ["waitMaxMs", "deadlineMaxMs"],
    ["processes", "poolMax"],
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
    const shown = isEmpty(setting.default) ? "" : `\`${String(setting.default)}\``;
    return `| \`${setting.environment}\` | \`--${setting.flag}\` | ${shown} | ${setting.bounds} | ${setting.about} |`;
  });
  return ["| environment | flag | default | bounds | |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

function isEmpty(value: Value): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** The flags for the argument parser. */
export function settingFlags(): { readonly name: string; readonly type: "string" | "boolean" }[] {
  return Object.values(settings).map(({ flag: name, default: value }) => ({
    name,
    type: typeof value === "boolean" ? "boolean" : "string",
  }));
}
