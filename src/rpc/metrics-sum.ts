// The metrics of one server that runs as several processes: sums, or what else each metric names as its aggregator.
import {
  AggregatorRegistry,
  Counter,
  Gauge,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from "prom-client";

/** The metrics of one process at one moment, as data. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

export type MetricsSum = {
  /** The last numbers of a process. */
  note(process: number, snapshot: MetricsSnapshot): void;
  /** Its gauges are gone. Its counters stay: a sum that falls would look like a restart, and count the rest twice. */
  ended(process: number): void;
  /** The text for Prometheus. */
  render(own: MetricsSnapshot): Promise<string>;
};

export function createMetricsSum(): MetricsSum {
  const latest = new Map<number, MetricsSnapshot>();
  let past: MetricsSnapshot[] = [];
  return {
    note: (process, snapshot) => void latest.set(process, snapshot.map(withoutGaps)),
    ended(process) {
      past.push((latest.get(process) ?? []).filter(onlyGrows));
      latest.delete(process);
    },
    async render(own) {
      const before = past;
      const sum = await aggregate(before).getMetricsAsJSON();
      past = [sum, ...past.slice(before.length)]; // more processes may have ended meanwhile
      return await aggregate([...latest.values(), sum, own]).metrics();
    },
  };
}

function aggregate(snapshots: readonly MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate([...snapshots]);
}

/** Numbers that are not finite do not survive the way between processes. */
function withoutGaps(metric: MetricsSnapshot[number]): MetricsSnapshot[number] {
  return { ...metric, values: metric.values.filter(({ value }) => Number.isFinite(value)) };
}

function onlyGrows({ type }: MetricsSnapshot[number]): boolean {
  const name = String(type);
  return name === "counter" || name === "histogram";
}

export type ProcessMetrics = { processEnded(): void; read(): Promise<MetricsSnapshot> };

/** What only the primary process knows. */
export function createProcessMetrics(serving: () => number): ProcessMetrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: "asyncgate_processes",
    help: "Processes of this server that serve calls.",
    registers,
    collect() {
      this.set(serving());
    },
  });
  const ended = new Counter({
    name: "asyncgate_process_ends_total",
    help: "Processes of this server that ended by themselves and were replaced.",
    registers,
  });
  return { processEnded: () => ended.inc(), read: () => registry.getMetricsAsJSON() };
}
