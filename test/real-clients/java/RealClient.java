import dev.asyncgate.v1.AwaitTaskRequest;
import dev.asyncgate.v1.AwaitTaskResponse;
import dev.asyncgate.v1.CreateTaskRequest;
import dev.asyncgate.v1.GetServerInfoRequest;
import dev.asyncgate.v1.GetTaskRequest;
import dev.asyncgate.v1.SystemServiceGrpc;
import dev.asyncgate.v1.TaskServiceGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Opens, calls and closes grpc-java's client again and again, then cancels crowds of waiting calls on one connection.
 * Arguments: address, API key, connections, crowds, calls in a crowd. Prints what it has done, one line each.
 */
public final class RealClient {
  private static final int CALL_TIMEOUT_SECONDS = 30;

  /** The waiting calls are under way by then; were they not, their end would only come sooner. */
  private static final int WAIT_BEFORE_CANCEL_MS = 500;

  private interface Step {
    void run() throws Exception;
  }

  private final String address;
  private final String key;

  private RealClient(String address, String key) {
    this.address = address;
    this.key = key;
  }

  public static void main(String[] arguments) throws Exception {
    RealClient client = new RealClient(arguments[0], arguments[1]);
    int connections = Integer.parseInt(arguments[2]);
    int crowds = Integer.parseInt(arguments[3]);
    int size = Integer.parseInt(arguments[4]);
    System.out.println("connections " + repeat("connection", connections, client::openCallClose));
    ManagedChannel connection = client.open();
    TaskServiceGrpc.TaskServiceStub tasks = TaskServiceGrpc.newStub(client.withKey(connection));
    TaskServiceGrpc.TaskServiceBlockingStub blocking = TaskServiceGrpc.newBlockingStub(client.withKey(connection));
    CreateTaskRequest create = CreateTaskRequest.newBuilder().setType("real-clients").build();
    String id = blocking.createTask(create).getTask().getTaskId();
    Step cancelCrowd = () -> {
      cancelCrowd(tasks, id, size);
      blocking.getTask(GetTaskRequest.newBuilder().setTaskId(id).build());
    };
    System.out.println("crowds " + repeat("crowd", crowds, cancelCrowd));
    close(connection);
  }

  private static int repeat(String what, int times, Step step) {
    for (int done = 0; done < times; done++) {
      try {
        step.run();
      } catch (Exception error) {
        System.err.println(what + " " + (done + 1) + ": " + error);
        return done;
      }
    }
    return times;
  }

  private void openCallClose() throws InterruptedException {
    ManagedChannel connection = open();
    try {
      SystemServiceGrpc.newBlockingStub(withKey(connection))
          .withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .getServerInfo(GetServerInfoRequest.getDefaultInstance());
    } finally {
      close(connection);
    }
  }

  private static void cancelCrowd(TaskServiceGrpc.TaskServiceStub tasks, String id, int size) throws Exception {
    AwaitTaskRequest await = AwaitTaskRequest.newBuilder().setTaskId(id).build();
    CountDownLatch left = new CountDownLatch(size);
    Queue<String> wrong = new ConcurrentLinkedQueue<>();
    Context.CancellableContext crowd = Context.current().withCancellation();
    for (int count = 0; count < size; count++) {
      crowd.run(() -> tasks.awaitTask(await, untilCanceled(left, wrong)));
    }
    Thread.sleep(WAIT_BEFORE_CANCEL_MS);
    crowd.cancel(null);
    if (!left.await(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)) throw new IllegalStateException("waiting calls go on");
    if (!wrong.isEmpty()) throw new IllegalStateException("a waiting call ended with " + wrong.peek());
  }

  private static StreamObserver<AwaitTaskResponse> untilCanceled(CountDownLatch left, Queue<String> wrong) {
    return new StreamObserver<>() {
      @Override
      public void onNext(AwaitTaskResponse answer) {
        wrong.add("an answer");
      }

      @Override
      public void onError(Throwable error) {
        if (Status.fromThrowable(error).getCode() != Status.Code.CANCELLED) wrong.add(error.toString());
        left.countDown();
      }

      @Override
      public void onCompleted() {
        left.countDown();
      }
    };
  }

  private ManagedChannel open() {
    return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
  }

  private Channel withKey(Channel connection) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
    return ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static void close(ManagedChannel connection) throws InterruptedException {
    connection.shutdown().awaitTermination(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }
}
