"""AsyncGate for asyncio: create tasks and follow them, or work on them.

The contract's messages are in `asyncgate.v1`; those that programs need most are here, too.
"""

from asyncgate import wait
from asyncgate._agent_result import AgentResult, ModelPrices
from asyncgate._agent_session import AgentSessionOptions, OpenedAgentSession, SyncOpenedAgentSession
from asyncgate._agents import Agents, Delegated, DelegationOptions, Route, SyncAgents
from asyncgate._amounts import Amounts
from asyncgate._anthropic_result import anthropic_result
from asyncgate._backoff import Backoff
from asyncgate._connection import Tls
from asyncgate._content import content_of
from asyncgate._endings import Done, Release, Suspension
from asyncgate._hand_off import HandedOver, HandingOff
from asyncgate._new_task import Budget, NewTask, RetryPolicy, TaskOptions, named
from asyncgate._openai_result import openai_result
from asyncgate._output import JobOutput
from asyncgate._question import Answer, Asking, OpenQuestion, QuestionId, QuestionOptions, QuestionRef
from asyncgate._reply import Reply
from asyncgate._scopes import ScopeInit, read_scope
from asyncgate._signals import SentSignal, TakenSignal
from asyncgate._verification import Evidence, RejectedReport, Verification, Verifier
from asyncgate._wait_result import WaitResult
from asyncgate.client import Client, Created
from asyncgate.errors import AsyncGateError, NonRetryable, RetryAfter, StopCause, TaskEndedError, WorkStopped
from asyncgate.events import WorkerEvent, WorkerStats, log_event
from asyncgate.job import Job
from asyncgate.sync_client import SyncClient
from asyncgate.v1.agent_pb2 import Agent, AgentHealth, AgentRole, AgentStatus, AgentTool, HandOffContract
from asyncgate.v1.error_pb2 import ErrorReason
from asyncgate.v1.lease_pb2 import LeaseLoss
from asyncgate.v1.payload_pb2 import Artifact, DeliveryProof, Payload
from asyncgate.v1.principal_pb2 import Principal, PrincipalKind
from asyncgate.v1.question_pb2 import QuestionOption
from asyncgate.v1.receipt_pb2 import ReceiptType
from asyncgate.v1.scope_pb2 import Scope, ScopeMode
from asyncgate.v1.task_pb2 import (
    ExpectedOutcome,
    OnExceeded,
    OnImpossible,
    OnParentEnd,
    Preflight,
    RequiredArtifact,
    Task,
    TaskState,
)
from asyncgate.v1.task_service_pb2 import OnNameTaken
from asyncgate.worker import Handler, Worker

__all__ = [
    "Agent",
    "AgentHealth",
    "AgentResult",
    "AgentRole",
    "AgentSessionOptions",
    "AgentStatus",
    "AgentTool",
    "Agents",
    "Amounts",
    "Answer",
    "Artifact",
    "Asking",
    "AsyncGateError",
    "Backoff",
    "Budget",
    "Client",
    "Created",
    "Delegated",
    "DelegationOptions",
    "DeliveryProof",
    "Done",
    "ErrorReason",
    "Evidence",
    "ExpectedOutcome",
    "HandOffContract",
    "HandedOver",
    "HandingOff",
    "Handler",
    "Job",
    "JobOutput",
    "LeaseLoss",
    "ModelPrices",
    "NewTask",
    "NonRetryable",
    "OnExceeded",
    "OnImpossible",
    "OnNameTaken",
    "OnParentEnd",
    "OpenQuestion",
    "OpenedAgentSession",
    "Payload",
    "Preflight",
    "Principal",
    "PrincipalKind",
    "QuestionId",
    "QuestionOption",
    "QuestionOptions",
    "QuestionRef",
    "ReceiptType",
    "RejectedReport",
    "Release",
    "Reply",
    "RequiredArtifact",
    "RetryAfter",
    "RetryPolicy",
    "Route",
    "Scope",
    "ScopeInit",
    "ScopeMode",
    "SentSignal",
    "StopCause",
    "Suspension",
    "SyncAgents",
    "SyncClient",
    "SyncOpenedAgentSession",
    "TakenSignal",
    "Task",
    "TaskEndedError",
    "TaskOptions",
    "TaskState",
    "Tls",
    "Verification",
    "Verifier",
    "WaitResult",
    "WorkStopped",
    "Worker",
    "WorkerEvent",
    "WorkerStats",
    "anthropic_result",
    "content_of",
    "log_event",
    "named",
    "openai_result",
    "read_scope",
    "wait",
]
