// The table of all settings: name, default, bounds and what each is for. docs/configuration.md is generated from it.
import { defaultLimits, messageBytesMaxDefault } from "../core/limits.ts";
import { logLevels } from "../log.ts";
import type { Config } from "./config.ts";
import {
  flag,
  oneOf,
  parseHostNames,
  parsePostgresUrl,
  parseProbeHosts,
  parsePublicUrl,
  type Setting,
  text,
  whole,
} from "./setting-kinds.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const kib = 1_024;
const mib = 1_024 * kib;

/** More than any server can have of anything with a limit per tenant and principal. */
const limitMax = 1_000_000_000;

/** The value for tenants that have none of their own. */
function limit(name: keyof typeof defaultLimits, min: 0 | 1, about: string): Setting {
  return whole(name.replaceAll("_", "-"), defaultLimits[name], [min, limitMax], about);
}

export const settings: Readonly<Record<keyof Config, Setting>> = {
  host: text(
    "host",
    "127.0.0.1",
    "The address to listen on. Off loopback it needs TLS (tls-cert-file or tls-by-proxy) and a live key.",
  ),
  port: whole("port", 7_171, [0, 65_535], "The port to listen on. 0 takes any free one."),
  tlsByProxy: flag(
    "tls-by-proxy",
    false,
    "Declares that a proxy in front does TLS, so that the host may be off loopback without a certificate here.",
  ),
  tlsCertFile: text(
    "tls-cert-file",
    undefined,
    "The file of the server's certificate chain, PEM. It is read again when it changes.",
  ),
  tlsKeyFile: text("tls-key-file", undefined, "The file of that certificate's key, PEM."),
  tlsClientCaFile: text(
    "tls-client-ca-file",
    undefined,
    "The file of the authorities for certificates of clients, PEM. Needs tls-cert-file.",
  ),
  clientCertificates: text(
    "client-certificates",
    undefined,
    "The principals of certificates: a JSON list, or the path of a file with one. See docs/security.md.",
  ),
  oidcIssuers: text(
    "oidc-issuers",
    undefined,
    "The issuers of accepted tokens: a JSON list, or the path of a file with one. See docs/security.md.",
  ),
  publicUrl: {
    ...text(
      "public-url",
      undefined,
      "The URL under which clients reach the server. With it, MCP hosts are told of the oidc-issuers.",
    ),
    bounds: "an https URL without a path",
    parse: parsePublicUrl,
  },
  allowedHosts: {
    ...text(
      "allowed-hosts",
      undefined,
      "Further names of the server, with commas. Once this or public-url is set, REST, MCP and /docs answer to no " +
        "others but loopback's. See docs/security.md.",
    ),
    default: [],
    bounds: "host names without ports",
    parse: parseHostNames,
  },
  agentProbeHosts: {
    ...text(
      "agent-probe-hosts",
      undefined,
      "Hosts that the server may probe to find out whether agents are well, with commas: a name, `*.` and the end of " +
        "one, or either with a port. Unless it is set, none. See docs/security.md.",
    ),
    default: [],
    bounds: "host names, with or without ports",
    parse: parseProbeHosts,
  },
  agentProbePrivate: flag(
    "agent-probe-private",
    false,
    "Whether those hosts may have addresses of this machine and of private networks. Never those that hand out " +
      "credentials, as 169.254.169.254.",
  ),
  nodePushHosts: {
    ...text(
      "node-push-hosts",
      undefined,
      "Hosts at which dispatchers may give jobs to nodes, with commas, as for agent-probe-hosts. The server and " +
        "`asyncgate dispatcher` read it. Unless it is set, none. See docs/nodes.md.",
    ),
    default: [],
    bounds: "host names, with or without ports",
    parse: parseProbeHosts,
  },
  nodePushPrivate: flag(
    "node-push-private",
    false,
    "Whether those hosts may have addresses of this machine and of private networks, for `asyncgate dispatcher`.",
  ),
  sealingKeysFile: text(
    "sealing-keys-file",
    undefined,
    "The file of the keys that seal bearers of nodes in the database: a name and 32 bytes in base64 a line. The " +
      "first one seals, all of them open.",
  ),
  databaseUrl: {
    ...text(
      "database-url",
      undefined,
      "The Postgres to use, `postgres://…`. If empty, an embedded one is started in data-dir.",
    ),
    environment: "DATABASE_URL",
    bounds: "a postgres:// URL",
    parse: parsePostgresUrl,
  },
  databaseDirectUrl: {
    ...text(
      "database-direct-url",
      undefined,
      "The same Postgres without a pooler, for the connection that listens for hints. If empty, database-url.",
    ),
    environment: "DATABASE_DIRECT_URL",
    bounds: "a postgres:// URL",
    parse: parsePostgresUrl,
  },
  queueMetrics: whole(
    "queue-metrics",
    100,
    [0, 1_000],
    "How many queues, those in which most waits, are in the metrics, with the names of their tenants. 0 for none.",
  ),
  hints: flag(
    "hints",
    true,
    "Whether servers tell each other by LISTEN and NOTIFY what has changed. Without it they poll.",
  ),
  dataDir: text("data-dir", ".asyncgate", "Where the embedded Postgres and the development keys are kept."),
  scheduler: oneOf(
    "scheduler",
    "on",
    ["on", "off"],
    "Whether the server carries out schedules itself. If off, `asyncgate scheduler` does it with a key of each tenant.",
  ),
  machines: oneOf(
    "machines",
    "on",
    ["on", "off"],
    "Whether the server executes machines itself. If off, `asyncgate machine runner` does it, with a key of a tenant.",
  ),
  logLevel: oneOf("log-level", "info", logLevels, "The lowest level that is logged."),
  poolMax: whole(
    "pool-max",
    20,
    [1, 500],
    "The most connections to Postgres of all processes, beside the one of each that listens for hints.",
  ),
  processes: whole(
    "processes",
    0,
    [0, 256],
    "How many processes of `serve` share the port. 0: one for each core beyond the second, at least one.",
  ),
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
    "The largest request message. An answer may be four times as large.",
  ),
  payloadBytesMax: whole("payload-bytes-max", 256 * kib, [kib, 16 * mib], "The largest inline payload of a task."),
  resultBytesMax: whole("result-bytes-max", 256 * kib, [kib, 16 * mib], "The largest inline result of a task."),
  checkpointBytesMax: whole("checkpoint-bytes-max", 64 * kib, [kib, 16 * mib], "The largest checkpoint."),
  receiptBodyBytesMax: whole("receipt-body-bytes-max", 64 * kib, [kib, mib], "The largest body of a receipt."),
  outputBytesMax: whole("output-bytes-max", 16 * mib, [0, 1_024 * mib], "How much is kept of what a task prints."),
  callsPerSecondMax: limit("calls_per_second_max", 1, "The most calls per second of a tenant, on each server."),
  callsBurstMax: limit("calls_burst_max", 1, "How many of them may come at once after a pause."),
  principalCallsPerSecondMax: limit("principal_calls_per_second_max", 1, "The same for one principal."),
  principalCallsBurstMax: limit("principal_calls_burst_max", 1, "The same for one principal."),
  liveTasksMax: limit("live_tasks_max", 0, "The most tasks of a tenant that have not ended."),
  principalLiveTasksMax: limit("principal_live_tasks_max", 0, "The most of them that one principal has to answer for."),
  liveLeasesMax: limit("live_leases_max", 0, "The most leases of a tenant."),
  principalLiveLeasesMax: limit("principal_live_leases_max", 0, "The most leases of one principal."),
  sessionsMax: limit("sessions_max", 0, "The most sessions of a tenant: `Work` and `KeepLeases` streams."),
  principalSessionsMax: limit("principal_sessions_max", 0, "The most sessions of one principal."),
  parkedWaitsMax: limit("parked_waits_max", 0, "The most calls of a tenant that wait or watch, on each server."),
  principalParkedWaitsMax: limit("principal_parked_waits_max", 0, "The same for one principal."),
  outputFollowersMax: limit("output_followers_max", 0, "The most of them that follow the output of a task."),
  principalOutputFollowersMax: limit("principal_output_followers_max", 0, "The same for one principal."),
  leaseTtlDefaultMs: whole(
    "lease-ttl-default-ms",
    minute,
    [second, day],
    "The length of a lease when the worker does not ask for one.",
  ),
  leaseTtlMinMs: whole("lease-ttl-min-ms", 5 * second, [100, day], "The shortest lease; shorter requests get it."),
  leaseTtlMaxMs: whole("lease-ttl-max-ms", 30 * minute, [second, day], "The longest lease; longer requests get it."),
  offerAcceptMs: whole(
    "offer-accept-ms",
    5 * second,
    [100, 10 * minute],
    "How long an offer waits to be accepted before its task returns to the queue.",
  ),
  resumeGraceMs: whole(
    "resume-grace-ms",
    10 * second,
    [0, hour],
    "How long a worker keeps its leases after its stream has broken; never beyond their own time.",
  ),
  slowReaderMs: whole(
    "slow-reader-ms",
    10 * second,
    [100, 10 * minute],
    "How long a worker's stream may leave messages unread before it is cut.",
  ),
  waitMaxMs: whole("wait-max-ms", 50 * second, [0, 10 * minute], "The longest time that a call may wait."),
  deadlineMaxMs: whole(
    "deadline-max-ms",
    day,
    [minute, 30 * day],
    "The longest deadline of a call. A stream ends at its deadline.",
  ),
  waitPollIntervalMs: whole(
    "wait-poll-interval-ms",
    second,
    [50, minute],
    "How often one statement polls for all waiting calls, to find what no hint has reported.",
  ),
  sweepIntervalMs: whole(
    "sweep-interval-ms",
    second,
    [50, hour],
    "How often expired leases and passed deadlines are looked for.",
  ),
  retentionMs: whole(
    "retention-ms",
    30 * day,
    [0, 3_650 * day],
    "How long ended tasks are kept, unless their tenant has its own value. 0 keeps them forever.",
  ),
  connectionsMax: whole("connections-max", 10_000, [1, 1_000_000], "The most open connections."),
  connectionsPerAddressMax: whole(
    "connections-per-address-max",
    1_000,
    [1, 1_000_000],
    "The most open connections from one address. Raise it behind a proxy, which is one address.",
  ),
  callsMax: whole(
    "calls-max",
    20_000,
    [1, 1_000_000],
    "The most calls in progress, waiting ones included, and half as many more that need no credential.",
  ),
  callBytesMax: whole(
    "call-bytes-max",
    256 * mib,
    [mib, 64 * 1_024 * mib],
    "The most bytes of requests and answers in progress. The closer to it, the sooner slow callers are cut.",
  ),
  headersTimeoutMs: whole(
    "headers-timeout-ms",
    10 * second,
    [50, 10 * minute],
    "The longest time for the headers of a request to arrive.",
  ),
  requestTimeoutMs: whole(
    "request-timeout-ms",
    minute,
    [50, hour],
    "The longest time for a request to arrive, and for an answer to be read.",
  ),
  keepalivePingIntervalMs: whole(
    "keepalive-ping-interval-ms",
    30 * second,
    [50, hour],
    "How often HTTP/2 peers are pinged.",
  ),
  keepalivePingTimeoutMs: whole(
    "keepalive-ping-timeout-ms",
    10 * second,
    [50, hour],
    "How long a ping may go unanswered before the connection is closed.",
  ),
  floodCooldownMs: whole(
    "flood-cooldown-ms",
    10 * second,
    [0, hour],
    "How long an address that floods gets health checks and metrics only. 0 behind a proxy.",
  ),
  shutdownGraceMs: whole(
    "shutdown-grace-ms",
    20 * second,
    [0, hour],
    "How long calls in progress may take to finish at shutdown.",
  ),
};
