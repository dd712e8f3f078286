// Hints between servers, over LISTEN and NOTIFY. A hint says that something has changed, never what; a server without
// hints only notices later. Hints are sent in batches on the listening connection, never by a transaction that does
// work: a commit that notifies holds a lock that all other such commits wait for. While no other server is heard,
// nothing is sent.
import { type Listener, startListener } from "./listener.ts";

export type NotificationsOptions = {
  /** Of Postgres itself, not of a pooler. */
  readonly databaseUrl: string;
  readonly applicationName: string;
  /** Distinguishes this server from the others; without blanks. */
  readonly serverId: string;
  /** The key of a topic in messages between servers, of `keyLength` characters. */
  readonly keyOf: (topic: string) => string;
  readonly keyLength: number;
  readonly onHints: (keys: readonly string[]) => void;
  /** More has changed than fits a message, or messages may have been missed: check everything. */
  readonly onEverything: () => void;
  readonly log: (level: "info" | "warn", event: string, facts: Readonly<Record<string, unknown>>) => void;
  readonly metrics?: NotificationMetrics;
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly times?: Partial<Times>;
};

export type NotificationMetrics = {
  hintsListening(isListening: boolean, servers: number): void;
  /** One notification about this many topics; 0 means "check everything". */
  hintsSent(topics: number): void;
  hintsReceived(topics: number): void;
};

export type Notifications = {
  /** Tells the other servers about a topic, with the next message. */
  tell(topic: string): void;
  /** How many other servers were heard lately. */
  servers(): number;
  isListening(): boolean;
  stop(): Promise<void>;
};

const defaultTimes = {
  /** The shortest time between two messages. The first one after a pause is sent at once. */
  gapMs: 5,
  /** After a message that says "check everything", which is expensive for its receivers. */
  everythingGapMs: 100,
  heartbeatMs: 15_000,
  /** A server that was not heard for this long is gone: it has missed two heartbeats. */
  goneMs: 40_000,
  timeoutMs: 5_000,
  retryMinMs: 250,
  retryMaxMs: 15_000,
};
type Times = typeof defaultTimes;

/** Changes with the format of the messages; a server ignores messages of another format. */
const format = "1";
/** Postgres allows less than 8,000 bytes; the rest is for the head of the message. */
const keysBytesMax = 7_900;

type Kind = "hello" | "here" | "bye" | "look" | "everything";
type Send = (kind: Kind, keys?: string) => Promise<void>;

export function startNotifications(options: NotificationsOptions): Notifications {
  const times = { ...defaultTimes, ...options.times };
  const peers = createPeers(options, times);
  const message = (kind: Kind, keys = "") => `${format} ${options.serverId} ${kind} ${keys}`;
  const send: Send = (kind, keys) => listener.send(message(kind, keys));
  const batcher = createHintBatcher(options, times, send);
  const listener: Listener = startListener({
    ...options,
    times,
    channel: "asyncgate_hints",
    greeting: message("hello"),
    heartbeat: message("here"),
    goodbye: message("bye"),
    onMessage: (text) => receive(text, options, peers, send),
    ...createConnectionLog(options, peers),
    onHeartbeat: peers.forgetGone,
  });
  return {
    tell(topic) {
      if (peers.count() > 0 && listener.isListening()) batcher.add(topic);
    },
    servers: peers.count,
    isListening: listener.isListening,
    async stop() {
      batcher.stop();
      await listener.stop();
    },
  };
}

type Peers = ReturnType<typeof createPeers>;

/** The other servers, each with the time it was last heard. */
function createPeers({ metrics }: NotificationsOptions, { goneMs }: Times) {
  const heardMs = new Map<string, number>();
  const show = (isListening: boolean) => metrics?.hintsListening(isListening, heardMs.size);
  show(false);
  return {
    count: () => heardMs.size,
    show,
    hear(server: string): void {
      heardMs.set(server, performance.now());
      show(true);
    },
    leave(server: string): void {
      heardMs.delete(server);
      show(true);
    },
    forgetGone(): void {
      for (const [server, ms] of heardMs) if (performance.now() - ms > goneMs) heardMs.delete(server);
      show(true);
    },
    forgetAll(): void {
      heardMs.clear();
      show(false);
    },
  };
}

function receive(text: string, options: NotificationsOptions, peers: Peers, send: Send): void {
  const [itsFormat, sender, kind, keys = ""] = text.split(" ");
  if (itsFormat !== format || sender === undefined || sender === options.serverId) return;
  if (kind === "bye") peers.leave(sender);
  else peers.hear(sender);
  // A new server need not wait for the next heartbeat to learn of the others. If the answer is lost, it does.
  if (kind === "hello") void send("here").catch(() => undefined);
  if (kind === "everything") options.onEverything();
  if (kind === "look") options.onHints(split(keys, options.keyLength));
  if (kind === "everything" || kind === "look") options.metrics?.hintsReceived(keys.length / options.keyLength);
}

/** Logs once when hints are lost, however often connecting fails from then on, and once when they are back. */
function createConnectionLog({ log, onEverything }: NotificationsOptions, peers: Peers) {
  let isLost = false;
  return {
    onListening(): void {
      peers.show(true);
      if (!isLost) return;
      isLost = false;
      log("info", "hints_back", {});
      // Messages were missed meanwhile.
      onEverything();
    },
    onLost(error: unknown): void {
      peers.forgetAll();
      if (isLost) return;
      isLost = true;
      log("warn", "hints_lost", { error: String(error), consequence: "changes on other servers are noticed later" });
    },
  };
}

/** Sends the topics of one batch, each once. More than fit a message become "check everything". */
function createHintBatcher(
  { keyOf, keyLength, metrics }: NotificationsOptions,
  { gapMs, everythingGapMs }: Times,
  send: Send,
) {
  const keysMax = Math.floor(keysBytesMax / keyLength);
  const topics = new Set<string>();
  let isTooMuch = false;
  /** A message is scheduled or being sent. */
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;
  let notBeforeMs = 0;

  async function flush(): Promise<void> {
    const keys = isTooMuch ? [] : [...topics].map(keyOf);
    topics.clear();
    isTooMuch = false;
    try {
      await (keys.length > 0 ? send("look", keys.join("")) : send("everything"));
      metrics?.hintsSent(keys.length);
    } catch {
      // The connection is lost, which is logged where it is opened again. The other servers notice by themselves.
    }
    notBeforeMs = performance.now() + (keys.length > 0 ? gapMs : everythingGapMs);
    isBusy = false;
    if (topics.size > 0) schedule();
  }

  function schedule(): void {
    if (isBusy) return;
    isBusy = true;
    timer = setTimeout(() => void flush(), Math.max(notBeforeMs - performance.now(), 0));
  }

  return {
    add(topic: string): void {
      if (topics.size < keysMax) topics.add(topic);
      else if (!topics.has(topic)) isTooMuch = true;
      schedule();
    },
    stop(): void {
      // Nothing is scheduled from here on.
      isBusy = true;
      clearTimeout(timer);
    },
  };
}

function split(text: string, length: number): string[] {
  return Array.from({ length: Math.floor(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}
