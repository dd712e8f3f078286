"""Questions: what a handler returns to ask a person or an agent, what the next holder is answered, what is owed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict

from asyncgate._content import Content, json_of, payload_of
from asyncgate._times import TimeSpan, datetime_of, duration_of
from asyncgate.v1 import question_pb2
from asyncgate.v1.lease_service_pb2 import RequestInputRequest
from asyncgate.v1.question_pb2 import Answerer, Question, QuestionEscalation, QuestionExpiry, QuestionOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from asyncgate.v1.obligation_service_pb2 import OpenObligation
    from asyncgate.v1.payload_pb2 import Payload
    from asyncgate.v1.principal_pb2 import Principal
    from asyncgate.v1.question_pb2 import InputResult

Outcome: TypeAlias = Literal["answered", "declined", "defaulted", "expired"]


class QuestionOptions(TypedDict, total=False):
    """What a question may have beside its title."""

    text: str
    context: Any
    """What one should know to answer it: a JSON value."""
    options: Sequence[str | QuestionOption]
    """Answers to choose among. Without a schema, the answer is the value of one of them."""
    answer_schema: Mapping[str, Any]
    """What the answer must look like, as a JSON Schema."""
    action_digest: bytes
    """The digest of the action that the answer decides on; it comes back with the answer."""
    addressee: Principal
    """The principal that owes the answer. If absent, the owner of the task."""
    also_allowed: Sequence[str | Principal]
    """Principals, and roles by their names, that may answer as well."""
    asker_may_answer: bool
    """Whether this worker may answer itself."""
    expires: TimeSpan
    """When it expires. Then the task fails, unless `on_expiry` or `default_answer` says otherwise."""
    on_expiry: Literal["fail", "decline"]
    """With `decline`, the task goes on without an answer."""
    default_answer: Any
    """If given, the answer that counts when the question expires. None is an answer, too."""
    escalate: tuple[TimeSpan, Principal]
    """A second principal, which owes the answer, too, after a time."""
    checkpoint: Content
    """What the next holder needs to continue. If absent, the last one that was saved stays."""
    name: str
    """The name under which the next holder finds the answer: `job.answer(name)`. If absent, `input`."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A task that waits for an answer, made by `job.ask`, for handlers to return."""

    request: RequestInputRequest
    checkpoint: Payload | None


def asking_of(title: str, options: QuestionOptions) -> Asking:
    """Checks all here, so that a mistake is raised where it was made."""
    checkpoint = options.get("checkpoint")
    request = RequestInputRequest(
        question=_question_of(title, options),
        addressee=options.get("addressee"),
        also_allowed=[
            Answerer(role=one) if isinstance(one, str) else Answerer(principal=one)
            for one in options.get("also_allowed", ())
        ],
        not_the_asker=not options.get("asker_may_answer", False),
        expires=_expiry_of(options),
        name=options.get("name", ""),
    )
    if "escalate" in options:
        after, to = options["escalate"]
        request.escalate.CopyFrom(QuestionEscalation(after=duration_of(after), to=to))
    return Asking(request, None if checkpoint is None else payload_of(checkpoint))


def _question_of(title: str, options: QuestionOptions) -> Question:
    return Question(
        title=title,
        text=options.get("text", ""),
        context=json_of(options["context"]) if "context" in options else "",
        answer_schema=json_of(options["answer_schema"]) if "answer_schema" in options else "",
        options=[QuestionOption(value=one) if isinstance(one, str) else one for one in options.get("options", ())],
        action_digest=options.get("action_digest", b""),
    )


def _expiry_of(options: QuestionOptions) -> QuestionExpiry | None:
    if "expires" not in options:
        if "on_expiry" in options or "default_answer" in options:
            raise TypeError("a question that does not expire needs no on_expiry and no default_answer: add expires")
        return None
    expiry = QuestionExpiry(after=duration_of(options["expires"]), on_expiry=question_pb2.ON_EXPIRY_FAIL)
    if "default_answer" in options:
        expiry.on_expiry = question_pb2.ON_EXPIRY_DEFAULT
        expiry.default_answer = json_of(options["default_answer"])
    elif options.get("on_expiry") == "decline":
        expiry.on_expiry = question_pb2.ON_EXPIRY_DECLINE
    return expiry


@dataclass(frozen=True, slots=True)
class Answer:
    """How the question of a task was settled."""

    outcome: Outcome
    """`defaulted`: it expired, and its default answer counts."""
    answer: Any
    """The JSON value; None unless it was answered or defaulted."""
    by: Principal | None
    """The principal that answered or declined it."""
    reason: str
    """Why it was declined."""
    action_digest: bytes
    time: datetime
    input_id: str
    receipt_id: str


_OUTCOMES: Mapping[question_pb2.InputOutcome.ValueType, Outcome] = {
    question_pb2.INPUT_OUTCOME_ANSWERED: "answered",
    question_pb2.INPUT_OUTCOME_DECLINED: "declined",
    question_pb2.INPUT_OUTCOME_DEFAULTED: "defaulted",
}


def answer_of(result: InputResult) -> Answer:
    return Answer(
        outcome=_OUTCOMES.get(result.outcome, "expired"),
        answer=_json_of_text(result.answer),
        by=result.by if result.HasField("by") else None,
        reason=result.reason,
        action_digest=result.action_digest,
        time=datetime_of(result.time),
        input_id=result.input_id,
        receipt_id=result.receipt_id,
    )


class QuestionRef(Protocol):
    """Anything that has the ids of a question: an OpenQuestion, or a QuestionId."""

    @property
    def task_id(self) -> str: ...

    @property
    def input_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class QuestionId:
    """For a program that got the ids of a question in another way than from `Client.questions`."""

    task_id: str
    input_id: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that the caller owes an answer to."""

    task_id: str
    input_id: str
    title: str
    text: str
    context: Any
    answer_schema: Any
    options: Sequence[QuestionOption]
    action_digest: bytes
    asker: Principal
    expire_time: datetime | None


def open_question_of(obligation: OpenObligation) -> OpenQuestion | None:
    """None for an obligation that is no question."""
    receipt = obligation.receipt
    if receipt.body.WhichOneof("body") != "input_requested":
        return None
    asked = receipt.body.input_requested
    return OpenQuestion(
        task_id=receipt.task_id,
        input_id=receipt.receipt_id,
        title=asked.question.title,
        text=asked.question.text,
        context=_json_of_text(asked.question.context),
        answer_schema=_json_of_text(asked.question.answer_schema),
        options=tuple(asked.question.options),
        action_digest=asked.question.action_digest,
        asker=getattr(receipt, "from"),
        expire_time=datetime_of(asked.expire_time) if asked.HasField("expire_time") else None,
    )


def _json_of_text(text: str) -> Any:
    return json.loads(text) if text else None
