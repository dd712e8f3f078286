// How much a tenant that floods the server slows the calls of another tenant.
import { percentile } from "../../../src/cli/bench/percentile.ts";
import { type Helper, startHelper } from "../bench-processes.ts";
import { median } from "../compare.ts";
import type { FloodKind, FloodOrders } from "../helper-flood.ts";
import { makeOtherTenant } from "../other-tenant.ts";
import type { Bench, Row } from "../row.ts";
import { type Serving, serving } from "../serving.ts";

const queue = "victim";

/** As many callers as a service of some size has; each waits for its answer before it calls again. */
const floods: readonly { readonly kind: FloodKind; readonly callers: number }[] = [
  { kind: "create", callers: 64 },
  { kind: "batch", callers: 8 },
  { kind: "list", callers: 64 },
];
const connections = 4;

export const floodFairness: Row = {
  prints: {
    flood_fairness: "p99 of one tenant's calls while another floods with `CreateTask` ÷ before",
    flood_fairness_batch: "the same while it floods with `CreateTasks` of 100",
    flood_fairness_list: "the same while it floods with `ListTasks`",
  },
  async run(bench) {
    await serving(bench, {}, async (server) => {
      const { tasker } = await makeOtherTenant(server.databaseUrl);
      const flood = startHelper<FloodOrders>("./helper-flood.ts");
      try {
        for (const { kind, callers } of bench.smoke ? floods.slice(0, 1) : floods) {
          await measure(bench, server, flood, { kind, callers, key: tasker });
        }
      } finally {
        await flood.stop();
      }
    });
  },
};

type FloodSettings = { readonly kind: FloodKind; readonly callers: number; readonly key: string };

/** Quiet and flooded phases alternate, so that what disturbs the machine disturbs both. */
async function measure(
  { smoke, rounds, report, settings, tell }: Bench,
  { load, server }: Serving,
  flood: Helper<FloodOrders>,
  { kind, callers, key }: FloodSettings,
): Promise<void> {
  const samples = smoke ? 12 : 200;
  const turns = smoke ? 1 : (rounds ?? 3);
  await load.ask("callLatencies", { queue, samples: smoke ? 3 : 100 });
  const ratios: number[] = [];
  const quiets: number[] = [];
  const floodeds: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const quiet = percentile(await load.ask("callLatencies", { queue, samples }), 0.99);
    await flood.ask("start", { url: server.url, key, kind, callers, connections });
    const flooded = percentile(await load.ask("callLatencies", { queue, samples }), 0.99);
    const { answered, refused } = await flood.ask("stop", undefined as never);
    tell(
      `${kind}: p99 ${quiet.toFixed(1)} ms, flooded ${flooded.toFixed(1)} ms, ${answered} answered, ${refused} refused`,
    );
    quiets.push(quiet);
    floodeds.push(flooded);
    ratios.push(flooded / quiet);
  }
  const name = kind === "create" ? "flood_fairness" : `flood_fairness_${kind}`;
  settings(`flood_${kind}`, { callers, connections });
  report.figure(`${name}_quiet_p99`, median(quiets), "ms");
  report.figure(`${name}_flooded_p99`, median(floodeds), "ms");
  report.ratio(name, median(ratios));
}
