"""The tasks that a worker holds: each from its offer, through its handler, until its settlement is answered.

A task is settled even if its lease seems lost: the fence makes a late result harmless, and the server's answer is the
truth.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from asyncgate import _settlement, events
from asyncgate._outbox import Item, Outbox
from asyncgate._output import Outputs
from asyncgate._reports import Reports
from asyncgate._threads import Threads
from asyncgate._traces import span_of
from asyncgate.errors import StopCause, error_of_detail
from asyncgate.job import HeldTask, Job, JobCalls
from asyncgate.v1 import error_pb2, lease_pb2
from asyncgate.v1.worker_service_pb2 import Accept

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncgate._settlement import Settlement, SettlementList
    from asyncgate._worker_client import WorkerClient
    from asyncgate.errors import AsyncGateError
    from asyncgate.events import Ending, WorkerEvent
    from asyncgate.v1.lease_pb2 import Lease, LeaseLoss
    from asyncgate.v1.task_pb2 import Task
    from asyncgate.v1.worker_service_pb2 import Offer, Settled

Handler: TypeAlias = "Callable[[Job], Awaitable[Any]] | Callable[[Job], Any]"
"""Does tasks of one type. A coroutine function runs in the worker's event loop, a plain function in a thread.

What it returns is the result; an exception fails the attempt, and NonRetryable and RetryAfter say how.
"""

# For temporary refusals that do not say how long to wait.
_RETRY = 0.25
_ENDINGS: Mapping[SettlementList, Ending] = {
    "completes": "completed",
    "suspends": "suspended",
    "questions": "asked",
    "hand_offs": "handed_off",
    "fails": "failed",
    "releases": "released",
}


class TaskRunner:
    """The held tasks. All of it but what jobs call belongs to the worker's event loop."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        outbox: Outbox,
        emit: Callable[[WorkerEvent], None],
        next_request_id: Callable[[], str],
        wake: Callable[[], None],
        client: WorkerClient,
        start: bool,
    ) -> None:
        self._handlers = handlers
        self._outbox = outbox
        self._emit = emit
        self._next_request_id = next_request_id
        self._wake = wake
        self._start = start
        self._threads = Threads()
        self._outputs = Outputs(outbox, next_request_id, self.retry_later, wake, self._refuse_output)
        reports = Reports(outbox, next_request_id, self.retry_later, wake)
        self._calls = JobCalls(reports, self._outputs, client)
        self._held: dict[str, HeldTask] = {}
        self._running: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._held)

    def all(self) -> list[HeldTask]:
        return list(self._held.values())

    def find(self, lease_id: str) -> HeldTask | None:
        return self._held.get(lease_id)

    def take(self, offer: Offer) -> HeldTask:
        """Accepts an offer. The handler is started by `begin`, after the accept has been sent."""
        task, lease = offer.leased.task, offer.leased.lease
        if not task.HasField("holder"):
            # The hello asks the server to leave it out, because the lease says the same.
            _fill_holder(task, lease)
        leased = offer.leased
        held = HeldTask(
            task,
            lease.token,
            lease.lease_id,
            leased.wait_results,
            leased.hand_off if leased.HasField("hand_off") else None,
            leased.review if leased.HasField("review") else None,
        )
        self._held[held.lease_id] = held
        self.counts["running"] += 1
        self.counts["taken"] += 1
        self._accept(held)
        if self._start:
            self._calls.reports.start(held)
        self._emit(events.Taken(task))
        return held

    def _accept(self, held: HeldTask) -> None:
        def on_answer(settled: Settled) -> None:
            if settled.WhichOneof("result") == "error" and not self.retry_later(item, settled):
                # The offer's window was over, or the task was canceled. The handler has begun and is told to stop.
                self.lose(held, lease_pb2.LEASE_LOSS_FENCED)

        item = Item("accepts", Accept(lease_token=held.lease_token).SerializeToString(), held.lease_token, on_answer)
        self._outbox.put(item)

    def begin(self, held: HeldTask) -> None:
        run = asyncio.get_running_loop().create_task(self._run(held), name=f"asyncgate {held.task.type}")
        self._running.add(run)
        run.add_done_callback(self._running.discard)

    async def _run(self, held: HeldTask) -> None:
        try:
            with span_of(held.task):
                output = await self._call(held)
            if not held.is_settling:
                self._settle(held, _settlement.returned(held, self._next_request_id(), output))
        except BaseException as raised:
            self._emit(events.Raised(held.task, raised))
            if not held.is_settling:
                self._settle_raised(held, raised)
            # They end the event loop. Others are for libraries, and fail the attempt as exceptions do.
            if isinstance(raised, KeyboardInterrupt | SystemExit):
                raise
        finally:
            held.run = None
            held.is_running = False
            self.counts["running"] -= 1
            self._wake()

    async def _call(self, held: HeldTask) -> Any:
        handler = self._handlers.get(held.task.type)
        if handler is None:
            raise LookupError(f"there is no handler for {held.task.type}")
        job = Job(held, self._calls)
        if is_coroutine_function(handler):
            output = handler(job)
        else:
            output = await self._threads.run(lambda: handler(job))
        if not inspect.isawaitable(output):
            return output
        # Only a coroutine is canceled: a thread goes on, and sees `job.stop`.
        held.run = asyncio.current_task()
        if held.stop is not None and held.run is not None:
            held.run.cancel(str(held.stop))
        return await output

    def _settle_raised(self, held: HeldTask, raised: BaseException) -> None:
        request_id = self._next_request_id()
        if held.loss is not None:
            # There is nothing to settle if the lease is lost.
            self._held.pop(held.lease_id, None)
        elif held.stop is not None:
            self._settle(held, _settlement.release(held, request_id, held.stop.why))
        else:
            self._settle(held, _failure(held, request_id, raised))

    def _settle(self, held: HeldTask, settlement: Settlement) -> None:
        held.is_settling = True
        self._outputs.finish(held)
        part = settlement.part

        def on_answer(settled: Settled) -> None:
            if not self.retry_later(item, settled):
                self._take_answer(held, part, settled)
            self._wake()

        item = Item(part, settlement.data, settlement.request_id, on_answer)
        if self._outbox.put(item):
            self._wake()
            return
        # An item that fits into no frame is settled in another way, as if the server had refused it.
        error = ValueError("this is larger than a message may be: store it elsewhere and return a reference to it")
        self._refuse(held, part, error)
        self._settle_instead(held, part, error)

    def _take_answer(self, held: HeldTask, part: SettlementList, settled: Settled) -> None:
        which = settled.WhichOneof("result")
        if which != "error":
            self._held.pop(held.lease_id, None)
            self.counts[_ENDINGS[part]] += 1
            receipt_id: str = getattr(settled, which).receipt_id if which else ""
            self._emit(events.Settled(held.task, _ENDINGS[part], receipt_id))
            return
        error = error_of_detail(settled.error, settled.request_id)
        self._refuse(held, part, error)
        if _is_lease_ended(error):
            self._held.pop(held.lease_id, None)
        else:
            self._settle_instead(held, part, error)

    def _refuse(self, held: HeldTask, part: SettlementList, error: AsyncGateError | ValueError) -> None:
        self.counts["refused"] += 1
        self._emit(events.Refused(held.task, _ENDINGS[part], error))

    def _settle_instead(self, held: HeldTask, part: SettlementList, error: Exception) -> None:
        """The lease is still held and must end in another way: an end or a move as a failure, that as a release."""
        held.checkpoint = None
        request_id = self._next_request_id()
        if part in ("completes", "suspends", "questions", "hand_offs"):
            self._settle(held, _failure(held, request_id, error))
        elif part == "fails":
            self._settle(held, _settlement.release(held, request_id, str(error)))
        else:
            self._held.pop(held.lease_id, None)

    def _refuse_output(self, held: HeldTask, stream: str, error: AsyncGateError) -> None:
        self._emit(events.OutputRefused(held.task, stream, error))

    def exceed_budget(self, held: HeldTask) -> None:
        held.is_over_budget = True
        self._emit(events.OverBudget(held.task))

    def lose(self, held: HeldTask, loss: LeaseLoss.ValueType) -> None:
        # If its settlement is on its way, the answer to that counts.
        if held.loss is not None or held.is_settling:
            return
        held.loss = loss
        self.counts["lost"] += 1
        self._emit(events.Lost(held.task, loss))
        self.stop(held, StopCause("lease_lost", loss=loss))

    def stop(self, held: HeldTask, cause: StopCause) -> None:
        """Tells the handler to stop; the first cause is the one it sees."""
        if held.stop is not None:
            return
        held.stop = cause
        self._emit(events.Stopping(held.task, cause))
        held.stopped.set()
        if held.run is not None:
            held.run.cancel(str(cause))

    def give_up(self, held: HeldTask, reason: str) -> None:
        """Releases a task whose handler has not finished, with its last checkpoint."""
        if not held.is_settling and held.loss is None:
            self._settle(held, _settlement.release(held, self._next_request_id(), reason))

    def retry_later(self, item: Item, settled: Settled) -> bool:
        """Whether the answer is a temporary refusal, and the item will be sent again later."""
        if settled.WhichOneof("result") != "error":
            return False
        error = error_of_detail(settled.error)
        if not error.retryable:
            return False
        asyncio.get_running_loop().call_later(
            _RETRY if error.retry_after is None else error.retry_after, self._put, item
        )
        return True

    def _put(self, item: Item) -> None:
        self._outbox.put(item)
        self._wake()

    def close(self) -> None:
        """The worker has stopped: handlers that still run are canceled, and their results have no use."""
        for run in self._running:
            run.cancel()
        for held in self._held.values():
            self._outputs.fail(held, RuntimeError("the worker has stopped"))
        self._threads.close()


def is_coroutine_function(handler: Handler) -> bool:
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))  # noqa: B004


def _failure(held: HeldTask, request_id: str, raised: BaseException) -> Settlement:
    try:
        return _settlement.failure(held, request_id, raised)
    except Exception as error:
        # The exception's own detail or text could not be encoded.
        return _settlement.failure(held, request_id, error)


def _fill_holder(task: Task, lease: Lease) -> None:
    holder = task.holder
    holder.worker.CopyFrom(lease.worker)
    holder.lease_id = lease.lease_id
    holder.fence = lease.fence
    holder.grant_time.CopyFrom(lease.grant_time)
    holder.expire_time.CopyFrom(lease.expire_time)


def _is_lease_ended(error: AsyncGateError) -> bool:
    """Facts about the lease or the transition come with every reason that says that the lease has ended."""
    return isinstance(error.facts, error_pb2.LeaseFacts | error_pb2.TransitionFacts)
