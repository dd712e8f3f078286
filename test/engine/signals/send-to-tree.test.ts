// Signals within a tree: those that work on it may send to each of its tasks, and others may not.
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { claim, complete, granted, refused, waitFor } from "../../helpers/scenario.ts";
import { onSignal, send, toTask } from "../../helpers/signals.ts";
import { child, openTree, root } from "../children/scenes.ts";

test("holders of tasks in a tree and the owner of its top may send to its tasks, and others may not", async () => {
  const s = await openTree();
  const executor = (id: string) => s.tenant.caller("worker", id, [Role.EXECUTOR]);
  const top = await root(s);
  const waits = await child(s, top, { wait: waitFor(onSignal()) });
  const { taskId } = await child(s, top, { queue: "siblings" });
  const sibling = await claim(s, { queues: ["siblings"] }, executor("sam"));
  expect(sibling.task.taskId).toBe(taskId);
  const nephew = await child(s, sibling, { queue: "nephews" }, executor("sam"));
  const leased = await claim(s, { queues: ["nephews"] }, executor("ned"));
  expect(leased.task.taskId).toBe(nephew.taskId);

  // The owner of the top; the holder of a sibling; the holder of a task below that, also to the top.
  granted(await send(s, toTask(waits.taskId), {}, s.agent));
  granted(await send(s, toTask(waits.taskId), {}, executor("sam")));
  granted(await send(s, toTask(waits.taskId), {}, executor("ned")));
  granted(await send(s, toTask(top.task.taskId), {}, executor("ned")));
  granted(await send(s, toTask(nephew.taskId), {}, s.worker));

  const stranger = s.tenant.caller("agent", "eve");
  await refused(send(s, toTask(waits.taskId), {}, stranger), ErrorReason.TASK_NOT_FOUND);
  // Another tree of the same owner is another tree.
  const other = await root(s, { queue: "default" });
  await refused(send(s, toTask(other.task.taskId), {}, executor("ned")), ErrorReason.TASK_NOT_FOUND);
  // A holder that holds it no more has left the tree.
  granted(await complete(s, leased, {}, executor("ned")));
  await refused(send(s, toTask(waits.taskId), {}, executor("ned")), ErrorReason.TASK_NOT_FOUND);
});
