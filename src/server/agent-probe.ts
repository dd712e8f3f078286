// Probes the endpoints of agents. Their URLs are what operators of tenants have written, so a probe goes to hosts of
// the server's setting only, to an address that was looked up and found to be public, and to no other: the connection
// is made to that address. It follows no redirect, sends no credential, and reads nothing but the status.
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isAllowedHost } from "../core/allowed-hosts.ts";
import type { Probe, Probed } from "../engine/engine.ts";
import { createSemaphore } from "../engine/runtime/semaphore.ts";
import { checkedAddress, pinnedLookup, type ReachOptions } from "./checked-address.ts";

export type ProbeOptions = ReachOptions & { readonly timeoutMs?: number };

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
    if (!isAllowedHost(url, options.hosts)) return skipped("is not among the hosts that may be probed");
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

async function probeWithin(url: URL, options: ProbeOptions, signal: AbortSignal): Promise<Probed> {
  const found = await within(signal, checkedAddress(url, options));
  if ("problem" in found) return failed(found.problem);
  const status = await statusOf(url, found.address, signal);
  return { status, problem: "", isSkipped: false };
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
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      signal,
      agent: false,
      maxHeaderSize: headerBytesMax,
      headers: { "user-agent": "asyncgate-probe", accept: "*/*" },
      // The name stays in the Host header and in the certificate's check; the address is the one that was checked.
      lookup: pinnedLookup(address),
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
