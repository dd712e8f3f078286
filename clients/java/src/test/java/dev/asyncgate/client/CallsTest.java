package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import dev.asyncgate.v1.CreateTaskRequest;
import dev.asyncgate.v1.CreateTaskResponse;
import dev.asyncgate.v1.ErrorDetail;
import dev.asyncgate.v1.ErrorReason;
import dev.asyncgate.v1.LimitFacts;
import dev.asyncgate.v1.TaskServiceGrpc.TaskServiceImplBase;
import dev.asyncgate.v1.WatchTaskRequest;
import dev.asyncgate.v1.WatchTaskResponse;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as the test has written down. */
class CallsTest {
  private static final ErrorReason OVERLOADED = ErrorReason.ERROR_REASON_OVERLOADED;
  private static final ErrorReason FENCED = ErrorReason.ERROR_REASON_FENCED;

  /** Errors to answer with, then answers. */
  private final Queue<Throwable> errors = new ArrayDeque<>();

  private final List<CreateTaskRequest> created = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> watchedFrom = Collections.synchronizedList(new ArrayList<>());
  private Server server;
  private int port;
  private boolean isSilent;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Scripted())
            .build()
            .start();
    port = server.getPort();
  }

  @AfterEach
  void end() {
    server.shutdownNow();
  }

  private final class Scripted extends TaskServiceImplBase {
    @Override
    public void createTask(CreateTaskRequest request, StreamObserver<CreateTaskResponse> answer) {
      created.add(request);
      Throwable error = errors.poll();
      if (isSilent) {
        return;
      }
      if (error != null) {
        answer.onError(error);
        return;
      }
      answer.onNext(CreateTaskResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void watchTask(WatchTaskRequest request, StreamObserver<WatchTaskResponse> answer) {
      watchedFrom.add(request.getAfterVersion());
      WatchTaskResponse.Builder news = WatchTaskResponse.newBuilder();
      news.getTaskBuilder().setTaskId("t").setVersion(request.getAfterVersion() + 1);
      Throwable error = errors.poll();
      if (error == null) {
        news.getTaskBuilder().getEndTimeBuilder().setSeconds(1);
      }
      answer.onNext(news.build());
      if (error == null) {
        answer.onCompleted();
      } else {
        answer.onError(error);
      }
    }
  }

  private static Throwable errorOf(ErrorReason reason, ErrorDetail.Builder detail) {
    int code =
        reason
            .getValueDescriptor()
            .getOptions()
            .getExtension(dev.asyncgate.options.v1.OptionsProto.failure)
            .getGrpcCode();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code)
            .addDetails(Any.pack(detail.setReason(reason).build()))
            .build());
  }

  private static Throwable errorOf(ErrorReason reason) {
    return errorOf(reason, ErrorDetail.newBuilder());
  }

  private ClientBuilder builder() {
    java.time.Duration milli = java.time.Duration.ofMillis(1);
    return Client.builder("http://127.0.0.1:" + port, "key").backoff(new Backoff(milli, 1, milli));
  }

  private AsyncGateException refusalOf(Client client) {
    return assertThrows(AsyncGateException.class, () -> client.createTask(NewTask.of("work")));
  }

  @Test
  void aRetryIsTheSameMessageWithTheSameRequestId() {
    errors.addAll(List.of(errorOf(OVERLOADED), errorOf(ErrorReason.ERROR_REASON_UNAVAILABLE)));
    try (Client client = builder().build()) {
      client.createTask(NewTask.of("work"));
    }
    assertEquals(3, created.size());
    assertEquals(1, new HashSet<>(created).size());
    assertFalse(created.get(0).getRequestId().isEmpty());
  }

  @Test
  void whatTheContractDoesNotCallRetryableIsNotRepeatedAndKeepsItsFacts() {
    LimitFacts limit = LimitFacts.newBuilder().setLimit("payload_bytes_max").build();
    ErrorDetail.Builder detail =
        ErrorDetail.newBuilder().setLimit(limit).setAdvice("smaller").setCallId("c1");
    errors.add(errorOf(ErrorReason.ERROR_REASON_LIMIT_EXCEEDED, detail));
    try (Client client = builder().build()) {
      AsyncGateException error = refusalOf(client);
      assertEquals("LIMIT_EXCEEDED", error.reasonName());
      assertEquals(limit, error.facts().orElseThrow());
      assertEquals("smaller", error.advice());
      assertEquals("c1", error.callId());
      assertEquals(created.get(0).getRequestId(), error.requestId().orElseThrow());
    }
    assertEquals(1, created.size());
  }

  @Test
  void aReasonThatIsNewerThanTheKitIsRetryableIfTheServerSaysSo() {
    ErrorDetail unknown = ErrorDetail.newBuilder().setReasonValue(999).setRetryable(true).build();
    AsyncGateException error = AsyncGateException.of(unknown, null);
    assertEquals("REASON_999", error.reasonName());
    assertEquals(ErrorReason.UNRECOGNIZED, error.reason());
    assertTrue(error.isRetryable());
  }

  @Test
  void theServersPauseIsKept() {
    Duration pause = Duration.newBuilder().setNanos(300_000_000).build();
    errors.add(errorOf(OVERLOADED, ErrorDetail.newBuilder().setRetryAfter(pause)));
    long from = System.nanoTime();
    try (Client client = builder().build()) {
      client.createTask(NewTask.of("work"));
    }
    assertTrue(System.nanoTime() - from >= 300_000_000);
  }

  @Test
  void aPauseThatLeavesNoTimeEndsTheCallAtOnce() {
    Duration pause = Duration.newBuilder().setSeconds(3_600).build();
    errors.add(errorOf(OVERLOADED, ErrorDetail.newBuilder().setRetryAfter(pause)));
    try (Client client = builder().build()) {
      assertEquals(OVERLOADED, refusalOf(client).reason());
    }
  }

  @Test
  void attemptsAreBounded() {
    errors.addAll(List.of(errorOf(OVERLOADED), errorOf(OVERLOADED), errorOf(FENCED)));
    try (Client client = builder().attemptsMax(2).build()) {
      assertEquals(OVERLOADED, refusalOf(client).reason());
    }
    assertEquals(2, created.size());
  }

  @Test
  void aCallThatIsNotAnsweredEndsAtItsTimeout() {
    isSilent = true;
    try (Client client = builder().build()) {
      Client hurried = client.withTimeout(java.time.Duration.ofMillis(300));
      AsyncGateException error = refusalOf(hurried);
      assertEquals(ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED, error.reason());
      assertTrue(error.isRetryable());
    }
  }

  @Test
  void aCallEndsWhenItsThreadIsInterrupted() throws Exception {
    isSilent = true;
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    try (Client client = builder().build()) {
      Thread caller =
          new Thread(
              () -> {
                try {
                  client.createTask(NewTask.of("work"));
                } catch (RuntimeException thrown) {
                  ended.complete(thrown);
                }
              });
      caller.start();
      while (created.isEmpty()) {
        Thread.sleep(5);
      }
      caller.interrupt();
      assertInstanceOf(CancellationException.class, ended.get());
    }
  }

  @Test
  void aWatchGoesOnBehindWhatItHasSeen() {
    errors.addAll(List.of(errorOf(OVERLOADED), errorOf(ErrorReason.ERROR_REASON_UNAVAILABLE)));
    try (Client client = builder().build();
        Stream<WatchTaskResponse> news = client.watchTask("name:reports")) {
      assertEquals(List.of(1L, 2L, 3L), news.map(one -> one.getTask().getVersion()).toList());
    }
    assertEquals(List.of(0L, 1L, 2L), watchedFrom);
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    server.shutdownNow();
    try (Client client = builder().attemptsMax(3).build()) {
      AsyncGateException error = refusalOf(client);
      assertEquals(ErrorReason.ERROR_REASON_UNAVAILABLE, error.reason());
      assertTrue(error.detail().isEmpty());
    }
  }

  @Test
  void anAnswerThatIsCutBeforeItsStatusIsABreakAndTriedAgain() throws IOException {
    try (CutServer cutting = new CutServer();
        Client client =
            Client.builder(cutting.url(), "key")
                .attemptsMax(3)
                .backoff(new Backoff(java.time.Duration.ZERO, 1, java.time.Duration.ZERO))
                .build()) {
      AsyncGateException error = refusalOf(client);
      assertEquals(ErrorReason.ERROR_REASON_UNAVAILABLE, error.reason());
      assertTrue(error.isRetryable());
      assertEquals(3, cutting.calls());
    }
  }

  @Test
  void whatIsNoEndpointIsToldWhereItIsWritten() {
    for (String wrong : List.of("localhost:7171", "ftp://localhost", "http://", "http://h/path")) {
      assertThrows(IllegalArgumentException.class, () -> Client.connect(wrong, "key"));
    }
  }
}
