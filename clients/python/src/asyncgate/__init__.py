"""AsyncGate for asyncio: create tasks and follow them, or work on them.

The contract's messages are in `asyncgate.v1`; those that programs need most are here, too.
"""

from asyncgate import wait
from asyncgate._backoff import Backoff
from asyncgate._connection import Tls
from asyncgate._content import content_of
from asyncgate._new_task import NewTask, RetryPolicy, TaskOptions
from asyncgate._wait_result import WaitResult
from asyncgate.client import Client, Created
from asyncgate.errors import AsyncGateError, NonRetryable, RetryAfter, StopCause, TaskEndedError, WorkStopped
from asyncgate.events import WorkerEvent, WorkerStats, log_event
from asyncgate.job import Done, Job, Release, Report, Suspension
from asyncgate.sync_client import SyncClient
from asyncgate.v1.error_pb2 import ErrorReason
from asyncgate.v1.lease_pb2 import LeaseLoss
from asyncgate.v1.payload_pb2 import Artifact, DeliveryProof, Payload
from asyncgate.v1.receipt_pb2 import ReceiptType
from asyncgate.v1.task_pb2 import OnImpossible, Task, TaskState
from asyncgate.worker import Handler, Worker

__all__ = [
    "Artifact",
    "AsyncGateError",
    "Backoff",
    "Client",
    "Created",
    "DeliveryProof",
    "Done",
    "ErrorReason",
    "Handler",
    "Job",
    "LeaseLoss",
    "NewTask",
    "NonRetryable",
    "OnImpossible",
    "Payload",
    "ReceiptType",
    "Release",
    "Report",
    "RetryAfter",
    "RetryPolicy",
    "StopCause",
    "Suspension",
    "SyncClient",
    "Task",
    "TaskEndedError",
    "TaskOptions",
    "TaskState",
    "Tls",
    "WaitResult",
    "WorkStopped",
    "Worker",
    "WorkerEvent",
    "WorkerStats",
    "content_of",
    "log_event",
    "wait",
]
