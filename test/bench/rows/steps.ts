// Each step of a task by itself over the wire: where the time of a pipeline goes.
import type { Span } from "../helper-load.ts";
import type { Bench, Row } from "../row.ts";
import { serving } from "../serving.ts";
import { warmUp, warmUpText } from "../warm-up.ts";

const queue = "bench";
const callers = 64;

const rate = (tasks: number, { fromMs, untilMs }: Span) => (tasks * 1_000) / (untilMs - fromMs);

export const steps: Row = {
  prints: {
    create_unary_per_second: `\`CreateTask\` by ${callers} callers, alone`,
    create_batched_per_second: "`CreateTasks` by 100, alone",
    claim_batched_per_second: "`ClaimTasks` by 100, alone",
    settle_batched_per_second: "`CompleteTasks` by 100, alone",
    work_messages_per_second: "messages of one item each, answered, over one `Work` stream; no database",
  },
  async run(bench) {
    const few = bench.smoke ? 200 : 10_000;
    const many = bench.smoke ? 1_000 : 20_000;
    const one = { queue, tasks: few, batch: 1, callers };
    await serving(bench, {}, async ({ load }) => {
      await warmUpStep(bench, "create_unary", few / 2, (tasks) => load.ask("create", { ...one, tasks }));
      bench.report.figure("create_unary_per_second", rate(few, await load.ask("create", one)), "tasks/s");
      const byConnect = await load.ask("createByConnect", one);
      bench.report.figure("create_unary_connect_per_second", rate(few, byConnect), "tasks/s");
      const messages = await load.ask("streamMessages", { queue, tasks: many });
      bench.report.figure("work_messages_per_second", rate(many, messages), "messages/s");
      const lists = { queue: `${queue}-lists`, batch: 100, callers: 4, workers: 4 };
      await warmUpStep(bench, "create, claim and settle in batches", many / 2, async (tasks) => {
        const { fromMs } = await load.ask("create", { ...lists, tasks });
        const { completes } = await load.ask("claimThenComplete", { ...lists, tasks });
        return { fromMs, untilMs: completes.untilMs };
      });
      const created = await load.ask("create", { ...lists, tasks: many });
      const { claims, completes } = await load.ask("claimThenComplete", { ...lists, tasks: many });
      bench.report.figure("create_batched_per_second", rate(many, created), "tasks/s");
      bench.report.figure("claim_batched_per_second", rate(many, claims), "tasks/s");
      bench.report.figure("settle_batched_per_second", rate(many, completes), "tasks/s");
    });
  },
};

const warmUpRunsMax = 6;

async function warmUpStep(
  bench: Bench,
  name: string,
  tasks: number,
  work: (tasks: number) => Promise<Span>,
): Promise<void> {
  const size = { tasks, runsMax: bench.smoke ? 1 : warmUpRunsMax };
  const warm = await warmUp(size, async (count) => rate(count, await work(count)));
  bench.tell(`  ${name} ${warmUpText(size, warm)}`);
}
