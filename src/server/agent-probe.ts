// Probes the endpoints of agents. Their URLs are what operators of tenants have written, so a probe goes to hosts of
// the server's setting only, to an address that was looked up and found to be public, and to no other: the connection
// is made to that address. It follows no redirect, sends no credential, and reads nothing but the status.
import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { mayConnect } from "../core/public-address.ts";
import type { Probe, Probed } from "../engine/engine.ts";
import { createSemaphore } from "../engine/runtime/semaphore.ts";

export type ProbeOptions = {
  /** In lower case: `painter.example`, `*.example`, `10.0.0.7:8080`. */
  readonly hosts: readonly string[];
  /** Whether they may be this machine, or in a private network. */
  readonly allowPrivate: boolean;
  /** If absent, those of the system. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly timeoutMs?: number;
};

/** As the contract says. */
const timeoutMsDefault = 3_000;
/** Of the answer's headers: nothing of them is used. */
const headerBytesMax = 16_384;
/** At once, of all agents of all tenants: each is a socket. Others wait; their own time begins when they do not. */
const probesMax = 50;
const waitingMax = 10_000;

export function createProbe(options: ProbeOptions): Probe {
  const { timeoutMs = timeoutMsDefault } = options;
  const atOnce = createSemaphore(probesMax, waitingMax);
  return async (text) => {
    const url = new URL(text);
    if (!isAllowed(url, options.hosts)) return skipped("is not among the hosts that may be probed");
    return await atOnce(() => probeInTime(url, options, timeoutMs)).catch((error: unknown) => failed(problemOf(error)));
  };
}

async function probeInTime(url: URL, options: ProbeOptions, timeoutMs: number): Promise<Probed> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await probeWithin(url, options, signal);
  } catch (error) {
    return failed(signal.aborted ? `did not answer within ${timeoutMs} ms` : problemOf(error));
  }
}

function skipped(problem: string): Probed {
  return { status: 0, problem, isSkipped: true };
}

function failed(problem: string): Probed {
  return { status: 0, problem, isSkipped: false };
}

/** A host without a port stands for the port of the scheme. */
function isAllowed({ hostname, port, protocol }: URL, hosts: readonly string[]): boolean {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  const own = port || (protocol === "https:" ? "443" : "80");
  return hosts.some((host) => {
    const [, pattern = "", wanted] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
    return (wanted === undefined ? port === "" : wanted === own) && isHost(name, pattern);
  });
}

function isHost(name: string, pattern: string): boolean {
  return pattern.startsWith("*.")
    ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1
    : name === pattern;
}

async function probeWithin(url: URL, options: ProbeOptions, signal: AbortSignal): Promise<Probed> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) ? [host] : await within(signal, (options.resolve ?? resolveAll)(host));
  const [address] = addresses;
  if (address === undefined) return failed("has no address");
  // One that may not be connected to is reason enough: the next lookup could give that one.
  if (!addresses.every((one) => mayConnect(one, options))) return failed("has an address that may not be connected to");
  const status = await statusOf(url, address, signal);
  return { status, problem: "", isSkipped: false };
}

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** A lookup cannot be aborted; it is not waited for. */
function within<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

function statusOf(url: URL, address: string, signal: AbortSignal): Promise<number> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const family = isIP(address);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      signal,
      agent: false,
      maxHeaderSize: headerBytesMax,
      headers: { "user-agent": "asyncgate-probe", accept: "*/*" },
      // The name stays in the Host header and in the certificate's check; the address is the one that was checked.
      lookup: (_host, asked, callback) => {
        if (asked.all) callback(null, [{ address, family }]);
        else callback(null, address, family);
      },
    });
    sent.once("response", (answer: IncomingMessage) => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    });
    sent.once("error", reject);
    sent.end();
  });
}

const problemCharactersMax = 100;

/** The code of the system, or the first words of the message. */
function problemOf(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  return `failed: ${typeof code === "string" ? code : message.slice(0, problemCharactersMax)}`;
}
