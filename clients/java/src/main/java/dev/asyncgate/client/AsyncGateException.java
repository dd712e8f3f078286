package dev.asyncgate.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.asyncgate.v1.ErrorDetail;
import dev.asyncgate.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Optional;

/**
 * A call that was refused or did not arrive. Decide by its {@link #reason} and by nothing else;
 * {@link #detail} has the facts behind it.
 */
public final class AsyncGateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Status.Code code;
  private final transient ErrorDetail detail;
  private final String requestId;

  private AsyncGateException(
      String message, Status.Code code, ErrorDetail detail, String requestId, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
  }

  private static AsyncGateException of(
      String words, Status.Code code, ErrorDetail detail, String requestId, Throwable cause) {
    int reason = detail == null ? Contract.reasonOfCode(code).getNumber() : detail.getReasonValue();
    String said = detail == null || detail.getMessage().isEmpty() ? words : detail.getMessage();
    String message = Contract.reasonName(reason) + (said == null ? "" : ": " + said);
    return new AsyncGateException(message, code, detail, requestId, cause);
  }

  /** Of a failed call. */
  static AsyncGateException of(Throwable failure, String requestId) {
    if (failure instanceof AsyncGateException already) {
      return already;
    }
    Status status = Status.fromThrowable(failure);
    ErrorDetail detail = detailOf(failure);
    Status.Code code = detail == null && isCut(status) ? Status.Code.UNAVAILABLE : status.getCode();
    return of(wordsOf(status), code, detail, requestId, failure);
  }

  /** Of one item of a batch or a frame. */
  static AsyncGateException of(ErrorDetail detail, String requestId) {
    return of(detail.getMessage(), Status.Code.UNKNOWN, detail, requestId, null);
  }

  /** Of a stream that this side has ended, or that the server has ended without an error. */
  static AsyncGateException broken(String why) {
    return of(why, Status.Code.UNAVAILABLE, null, null, null);
  }

  /** A fault of this kit, which must not leave the program waiting. */
  static AsyncGateException bug(Throwable fault) {
    return of("a fault of the kit: " + fault, Status.Code.INTERNAL, null, null, fault);
  }

  private static ErrorDetail detailOf(Throwable failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return null;
    }
    for (Any one : status.getDetailsList()) {
      if (one.is(ErrorDetail.class)) {
        try {
          return one.unpack(ErrorDetail.class);
        } catch (InvalidProtocolBufferException garbled) {
          // What has no readable detail did not come from the service as it was sent.
          return null;
        }
      }
    }
    return null;
  }

  /**
   * Whether an answer was cut before its status, as when a server or a proxy goes: a break, and no
   * fault of the server, although gRPC tells it as an internal error.
   */
  private static boolean isCut(Status status) {
    String words = status.getDescription();
    return status.getCode() == Status.Code.INTERNAL
        && words != null
        && (words.startsWith("Received unexpected EOS")
            || words.startsWith("Encountered end-of-stream")
            || words.startsWith("RST_STREAM closed stream"));
  }

  private static String wordsOf(Status status) {
    Throwable cause = status.getCause();
    String words = status.getDescription() == null ? "" : status.getDescription();
    if (cause == null || cause.getMessage() == null) {
      return words.isEmpty() ? status.getCode().name() : words;
    }
    return words.isEmpty() ? cause.getMessage() : words + ": " + cause.getMessage();
  }

  /** Why. {@code UNRECOGNIZED} for a reason that is newer than this kit. */
  public ErrorReason reason() {
    return detail == null ? Contract.reasonOfCode(code) : detail.getReason();
  }

  /** The reason's name in the contract, without its prefix: {@code FENCED}. */
  public String reasonName() {
    return Contract.reasonName(reasonNumber());
  }

  int reasonNumber() {
    return detail == null ? Contract.reasonOfCode(code).getNumber() : detail.getReasonValue();
  }

  /** The code of gRPC. */
  public Status.Code code() {
    return code;
  }

  /**
   * Whether the same call, unchanged, may succeed later. The kit has repeated it already, within
   * its time-out.
   */
  public boolean isRetryable() {
    if (detail == null) {
      return Contract.isRetryableCode(code);
    }
    return Contract.isRetryableReason(reasonNumber()).orElse(detail.getRetryable());
  }

  /** How long to wait before the call is repeated, if the server says so. */
  public Optional<Duration> retryAfter() {
    return detail != null && detail.hasRetryAfter()
        ? Optional.of(Times.durationOf(detail.getRetryAfter()))
        : Optional.empty();
  }

  /** What to do now, in one sentence. Empty if the server was not reached. */
  public String advice() {
    return detail == null ? "" : detail.getAdvice();
  }

  /** The contract's detail, with its facts. Empty if the server was not reached. */
  public Optional<ErrorDetail> detail() {
    return Optional.ofNullable(detail);
  }

  /**
   * The facts behind the reason, which is one of the messages that {@link ErrorDetail} names, such
   * as {@link dev.asyncgate.v1.LimitFacts}.
   */
  public Optional<Message> facts() {
    if (detail == null || detail.getFactsCase() == ErrorDetail.FactsCase.FACTS_NOT_SET) {
      return Optional.empty();
    }
    int number = detail.getFactsCase().getNumber();
    return Optional.of(
        (Message) detail.getField(ErrorDetail.getDescriptor().findFieldByNumber(number)));
  }

  /** The server's id of the failed call, as in its log. Empty if the server was not reached. */
  public String callId() {
    return detail == null ? "" : detail.getCallId();
  }

  /** The id under which the call may be repeated, if it had one. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }
}
