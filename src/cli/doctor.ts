// `asyncgate doctor`: what is wrong with a server's surroundings, and what to do: Postgres, its schema, clocks, port,
// TLS; and whether the server that commands call can be reached.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createServer } from "node:net";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import type { Config } from "../server/config.ts";
import { openOwnDatabase } from "../server/own-database.ts";
import { readTlsFiles } from "../server/tls-files.ts";
import { type Diagnosis, readDiagnosis } from "../store/diagnosis.ts";
import { checkSchema } from "../store/migrate.ts";
import type { Database } from "../store/pool.ts";
import { version } from "../version.ts";
import { readArguments } from "./arguments.ts";
import { callMethod } from "./call.ts";
import type { Command, Context } from "./command.ts";
import { renderTable } from "./table.ts";
import { object, text } from "./views.ts";

type Verdict = "ok" | "look" | "wrong" | "skipped";
type Finding = { readonly check: string; readonly verdict: Verdict; readonly found: string; readonly advice: string };

const exitWrong = 1;
const nodeMajorLeast = 22;
const postgresLeast = 150_000;
const clockAheadMaxMs = 1_000;
const transactionMaxSeconds = 300;
const certificateDays = 14;
const dayMs = 86_400_000;

export const doctor: Command = {
  usage: "doctor [--json]",
  about: "looks at Postgres, schema, clocks, port, TLS and the server that commands call: what is wrong, what to do",
  takesServerFlags: false,
  async run(context) {
    const { values } = readArguments(context.arguments, { json: { type: "boolean" } }, { least: 0, most: 0, what: "" });
    const config = context.readConfig();
    const findings = [
      node(),
      ...(await databaseFindings(context, config)),
      await port(config),
      await tls(config),
      await server(context),
    ];
    const { print } = context.terminal;
    if (values.json) print(JSON.stringify({ findings }, undefined, 2));
    else for (const line of linesOf(findings, context)) print(line);
    return findings.some(({ verdict }) => verdict === "wrong") ? exitWrong : 0;
  },
};

function linesOf(findings: readonly Finding[], { terminal: { style } }: Context): string[] {
  const colors = { ok: "green", look: "yellow", wrong: "red", skipped: "gray" } as const;
  const rows = findings.map(({ check, verdict, found }) => [check, style(colors[verdict], verdict), found]);
  const advice = findings.filter(({ advice }) => advice !== "").map(({ check, advice }) => `${check}: ${advice}`);
  return [...renderTable(["check", "", "found"], rows), ...(advice.length > 0 ? ["", ...advice] : [])];
}

function finding(check: string, verdict: Verdict, found: string, advice = ""): Finding {
  return { check, verdict, found, advice: verdict === "ok" ? "" : advice };
}

function node(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  const advice = `AsyncGate needs Node ${nodeMajorLeast} or newer`;
  return finding("node", major >= nodeMajorLeast ? "ok" : "wrong", process.versions.node, advice);
}

async function databaseFindings(context: Context, config: Config): Promise<Finding[]> {
  if (config.databaseUrl === undefined) {
    return [finding("postgres", "skipped", "embedded", "set DATABASE_URL to look at a Postgres of your own")];
  }
  const log = context.createLog({ ...config, logLevel: "error" });
  try {
    const { database, close } = await openOwnDatabase(config, log, "asyncgate doctor");
    try {
      const diagnosis = await readDiagnosis(database);
      return [...postgresFindings(diagnosis), await schema(database)];
    } finally {
      await close();
    }
  } catch (error) {
    return [finding("postgres", "wrong", messageOf(error), "start it, or correct DATABASE_URL")];
  }
}

function postgresFindings(one: Diagnosis): Finding[] {
  const unsafe = Object.entries(one.settings).filter(([, value]) => value === "off");
  const settings = Object.entries(one.settings).map(([name, value]) => `${name} ${value}`);
  const left = one.connectionsMax - one.connections;
  const seconds = Math.round(one.oldestTransactionSeconds);
  const ahead = Math.round(one.clockAheadMs);
  return [
    finding(
      "postgres",
      one.versionNumber < postgresLeast || one.isReplica ? "wrong" : "ok",
      `${one.version}${one.isReplica ? ", a replica" : ""}, answers in ${one.roundTripMs.toFixed(1)} ms`,
      one.isReplica ? "DATABASE_URL must name the primary" : "AsyncGate needs Postgres 15 or newer",
    ),
    finding(
      "durability",
      unsafe.length > 0 ? "wrong" : "ok",
      settings.join(", "),
      `switch on ${unsafe.map(([name]) => name).join(", ")}: what is acknowledged may be lost in a crash`,
    ),
    finding(
      "connections",
      left > 0 ? "ok" : "look",
      `${one.connections} of ${one.connectionsMax} in use`,
      "raise max_connections, or lower pool-max of the servers",
    ),
    finding(
      "transactions",
      seconds > transactionMaxSeconds ? "look" : "ok",
      seconds === 0 ? "none is open" : `the oldest is open for ${seconds} s (${one.oldestTransactionOf})`,
      "end it: vacuum keeps all dead rows that it might see, and queues become slow",
    ),
    finding(
      "clock",
      Math.abs(ahead) > clockAheadMaxMs ? "look" : "ok",
      `Postgres's is ${Math.abs(ahead)} ms ${ahead < 0 ? "behind" : "ahead of"} this machine's`,
      "AsyncGate goes by Postgres's clock; let NTP set both",
    ),
  ];
}

async function schema(database: Database): Promise<Finding> {
  try {
    await checkSchema(database);
    return finding("schema", "ok", `that of ${version}`);
  } catch (error) {
    return finding("schema", "wrong", messageOf(error), "`asyncgate migrate` brings an older schema up to date");
  }
}

async function port({ host, port }: Config): Promise<Finding> {
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
  const found = `${host}:${port} is ${free ? "free" : "taken"}`;
  return finding("port", free ? "ok" : "look", found, "a server runs there already, or `--port` must name another one");
}

async function tls(config: Config): Promise<Finding> {
  try {
    const material = await readTlsFiles(config);
    if (!material) return finding("tls", "skipped", "not configured");
    const certificate = new X509Certificate(material.certificate);
    if (!certificate.checkPrivateKey(createPrivateKey(material.key))) {
      return finding("tls", "wrong", "the key is not that of the certificate", "give the two files of one pair");
    }
    const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / dayMs);
    const verdict = days < 0 ? "wrong" : days < certificateDays ? "look" : "ok";
    const found = `${certificate.subject.replaceAll("\n", ", ")}, valid until ${certificate.validTo}`;
    return finding("tls", verdict, found, "renew the certificate; the server reads it again by itself");
  } catch (error) {
    return finding("tls", "wrong", messageOf(error), "correct tls-cert-file and tls-key-file");
  }
}

async function server(context: Context): Promise<Finding> {
  try {
    const info = object(await callMethod(context, SystemService.method.getServerInfo, {}));
    const served = text(object(info["server"] ?? info)["version"]);
    const same = served === version;
    const advice = `this program is ${version}: use the same version`;
    return finding("server", same ? "ok" : "look", `answers, version ${served || "unknown"}`, advice);
  } catch (error) {
    return finding("server", "look", messageOf(error), "set ASYNCGATE_URL and ASYNCGATE_API_KEY, or start a server");
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
