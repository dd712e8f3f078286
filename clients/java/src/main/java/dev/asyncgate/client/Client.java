package dev.asyncgate.client;

import dev.asyncgate.v1.AddScopesRequest;
import dev.asyncgate.v1.AwaitTaskRequest;
import dev.asyncgate.v1.AwaitTaskResponse;
import dev.asyncgate.v1.CancelTaskRequest;
import dev.asyncgate.v1.CancelTaskResponse;
import dev.asyncgate.v1.CreateTaskRequest;
import dev.asyncgate.v1.CreateTasksRequest;
import dev.asyncgate.v1.DeclineInput;
import dev.asyncgate.v1.ExplainTaskRequest;
import dev.asyncgate.v1.Explanation;
import dev.asyncgate.v1.GetTaskRequest;
import dev.asyncgate.v1.HeldScope;
import dev.asyncgate.v1.ListOpenObligationsRequest;
import dev.asyncgate.v1.ListOpenObligationsResponse;
import dev.asyncgate.v1.ListOutputsRequest;
import dev.asyncgate.v1.ListOutputsResponse;
import dev.asyncgate.v1.ListReceiptsRequest;
import dev.asyncgate.v1.ListReceiptsResponse;
import dev.asyncgate.v1.ListScopesRequest;
import dev.asyncgate.v1.ListScopesResponse;
import dev.asyncgate.v1.ListTasksRequest;
import dev.asyncgate.v1.ListTasksResponse;
import dev.asyncgate.v1.OpenObligation;
import dev.asyncgate.v1.Output;
import dev.asyncgate.v1.OutputPart;
import dev.asyncgate.v1.ProvideInputRequest;
import dev.asyncgate.v1.ProvideInputResponse;
import dev.asyncgate.v1.ReadOutputRequest;
import dev.asyncgate.v1.Receipt;
import dev.asyncgate.v1.Scope;
import dev.asyncgate.v1.SendSignalResponse;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TaskState;
import dev.asyncgate.v1.WatchTaskResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Creates tasks and follows them, over one connection. Safe for use by many threads.
 *
 * <p>Every call has a time-out, and is repeated within it, with growing pauses and the same request
 * id, after errors that the contract calls retryable and after broken connections. A refusal is
 * thrown as an {@link AsyncGateException}. A call whose thread is interrupted ends with a {@link
 * java.util.concurrent.CancellationException}.
 *
 * <p>Where a call takes the id of a task, it takes a {@link #named name} as well. Streams read what
 * they need, page by page; close those of {@link #watchTask} and {@link #readOutput} if they are
 * not read to the end.
 */
public final class Client implements AutoCloseable {
  /** The longest that one call waits for a task to end, and time for its answer. */
  private static final Duration AWAIT = Duration.ofSeconds(50);

  private static final Duration AWAIT_SLACK = Duration.ofSeconds(10);
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private final Calls calls;

  Client(Calls calls) {
    this.calls = calls;
  }

  /** A client of this server, {@code http://host:port} or {@code https://…}, with an API key. */
  public static Client connect(String endpoint, String key) {
    return builder(endpoint, key).build();
  }

  /** For a client with other options. */
  public static ClientBuilder builder(String endpoint, String key) {
    return new ClientBuilder(Connection.endpointOf(endpoint), key);
  }

  /** The live task that bears a name, wherever a call takes the id of a task. */
  public static String named(String name) {
    return "name:" + name;
  }

  /** The same client, whose calls take no longer than this. It is closed with this one. */
  public Client withTimeout(Duration timeout) {
    return new Client(calls.withTimeout(timeout));
  }

  /** The generated stubs, for everything else: no retries, no time-outs, gRPC's errors. */
  public Stubs stubs() {
    return calls.stubs();
  }

  /** Who can do what, which agent a task belongs to, giving work to one. */
  public Agents agents() {
    return new Agents(calls);
  }

  /** Ends calls that are under way, too. */
  @Override
  public void close() {
    calls.close();
  }

  /** Creates one task. */
  public Created createTask(NewTask task) {
    // With an idempotency key, the call is safe to repeat without a request id.
    return createTask(task, task.hasIdempotencyKey() ? null : Calls.newRequestId());
  }

  /** Creates one task, under a request id of your own: to repeat a call of another process. */
  public Created createTask(NewTask task, String requestId) {
    return createTask(task.toMessage(requestId), requestId);
  }

  Created createTask(CreateTaskRequest request, String requestId) {
    return Created.of(calls.call(stubs().tasks(), requestId, stub -> stub.createTask(request)));
  }

  /**
   * Creates up to 500 tasks. Answers in their order: a refused one does not fail its neighbours.
   */
  public List<Creation> createTasks(List<NewTask> tasks) {
    String requestId = Calls.newRequestId();
    CreateTasksRequest.Builder request = CreateTasksRequest.newBuilder().setRequestId(requestId);
    tasks.forEach(task -> request.addTasks(task.toMessage(null)));
    return calls
        .call(stubs().tasks(), requestId, stub -> stub.createTasks(request.build()))
        .getResultsList()
        .stream()
        .map(result -> Creation.of(result, requestId))
        .toList();
  }

  /** The task as it is now. */
  public Task getTask(String taskId) {
    GetTaskRequest request = GetTaskRequest.newBuilder().setTaskId(taskId).build();
    return calls.call(stubs().tasks(), stub -> stub.getTask(request)).getTask();
  }

  /** Why a task does not run, or what it is doing. */
  public Explanation explainTask(String taskId) {
    ExplainTaskRequest request = ExplainTaskRequest.newBuilder().setTaskId(taskId).build();
    return calls.call(stubs().tasks(), stub -> stub.explainTask(request)).getExplanation();
  }

  /** Cancels a task at once. */
  public CancelTaskResponse cancelTask(String taskId, String reason) {
    return cancelTask(taskId, reason, Duration.ZERO);
  }

  /** Cancels a task; its holder may end it in this time. */
  public CancelTaskResponse cancelTask(String taskId, String reason, Duration gracePeriod) {
    String requestId = Calls.newRequestId();
    CancelTaskRequest.Builder request =
        CancelTaskRequest.newBuilder()
            .setTaskId(taskId)
            .setReason(reason)
            .setGracePeriod(Times.durationOf(gracePeriod))
            .setRequestId(requestId);
    return calls.call(stubs().tasks(), requestId, stub -> stub.cancelTask(request.build()));
  }

  /** The task when it has ended, however that is. Waits as long as that takes. */
  public Task awaitTask(String taskId) {
    return awaitTask(taskId, FOREVER);
  }

  /** The task when it has ended; after this time, the task as it is then. */
  public Task awaitTask(String taskId, Duration within) {
    long until = System.nanoTime() + Times.nanosOf(within);
    for (String id = taskId; ; ) {
      long left = Math.max(0, Math.min(AWAIT.toNanos(), until - System.nanoTime()));
      Duration wait = Duration.ofNanos(left);
      AwaitTaskRequest request =
          AwaitTaskRequest.newBuilder().setTaskId(id).setWait(Times.durationOf(wait)).build();
      AwaitTaskResponse answer =
          calls.call(
              stubs().tasks(), stub -> stub.awaitTask(request), null, wait.plus(AWAIT_SLACK));
      if (answer.getEnded() || System.nanoTime() - until >= 0) {
        return answer.getTask();
      }
      // A name may have passed on to another task.
      id = answer.getTask().getTaskId();
    }
  }

  /**
   * The result of a task, when it has ended.
   *
   * @throws TaskEndedException if the task failed or was canceled
   */
  public Content result(String taskId) {
    return resultOf(awaitTask(taskId));
  }

  /** The result as an object of this type. */
  public <T> T result(String taskId, Class<T> type) {
    return result(taskId).as(type);
  }

  /**
   * The result of a task that ends in this time.
   *
   * @throws TimeoutException if it has not ended by then
   */
  public Content result(String taskId, Duration within) throws TimeoutException {
    Task task = awaitTask(taskId, within);
    if (!task.hasEndTime()) {
      throw new TimeoutException("task " + task.getTaskId() + " has not ended within " + within);
    }
    return resultOf(task);
  }

  private static Content resultOf(Task task) {
    if (task.getState() != TaskState.TASK_STATE_SUCCEEDED) {
      throw new TaskEndedException(task);
    }
    return Content.of(task.getOutcome().getResult());
  }

  /**
   * A snapshot, then every change until the task has ended. After a break it continues where it
   * was.
   */
  public Stream<WatchTaskResponse> watchTask(String taskId) {
    return watchTask(taskId, 0);
  }

  /** The same, from behind this version of the task. */
  public Stream<WatchTaskResponse> watchTask(String taskId, long afterVersion) {
    return calls.follow(new Followed.Watch(stubs().tasks(), taskId, afterVersion));
  }

  /** What a task has printed to its {@code stdout}, and what it prints until it has ended. */
  public Stream<OutputPart> followOutput(String taskId) {
    return readOutput(ReadOutputRequest.newBuilder().setTaskId(taskId).setFollow(true).build());
  }

  /** What a task has printed. After a break it continues where it was. */
  public Stream<OutputPart> readOutput(ReadOutputRequest request) {
    return calls.follow(new Followed.Read(stubs().outputs(), request));
  }

  /** The logs of a task, those of the latest lease first. */
  public Stream<Output> listOutputs(String taskId) {
    ListOutputsRequest.Builder request = ListOutputsRequest.newBuilder().setTaskId(taskId);
    return Calls.pages(
        token -> {
          ListOutputsRequest wanted = request.setPageToken(token).build();
          ListOutputsResponse page =
              calls.call(stubs().outputs(), stub -> stub.listOutputs(wanted));
          return new Calls.Page<>(page.getOutputsList(), page.getNextPageToken());
        });
  }

  /** All tasks that match, newest first: {@code listTasks(only -> only.setQueue("reports"))}. */
  public Stream<Task> listTasks(Consumer<ListTasksRequest.Builder> only) {
    ListTasksRequest.Builder request = Calls.filled(ListTasksRequest.newBuilder(), only);
    return Calls.pages(
        token -> {
          ListTasksRequest wanted = request.setPageToken(token).build();
          ListTasksResponse page = calls.call(stubs().tasks(), stub -> stub.listTasks(wanted));
          return new Calls.Page<>(page.getTasksList(), page.getNextPageToken());
        });
  }

  /** The open obligations, oldest first: the first call to make in a new session. */
  public Stream<OpenObligation> obligations() {
    return obligations(all -> {});
  }

  /** Those that match. */
  public Stream<OpenObligation> obligations(Consumer<ListOpenObligationsRequest.Builder> only) {
    ListOpenObligationsRequest.Builder request =
        Calls.filled(ListOpenObligationsRequest.newBuilder(), only);
    return Calls.pages(
        cursor -> {
          ListOpenObligationsRequest wanted = request.setCursor(cursor).build();
          ListOpenObligationsResponse page =
              calls.call(stubs().obligations(), stub -> stub.listOpenObligations(wanted));
          return new Calls.Page<>(page.getOpenObligationsList(), page.getCursor());
        });
  }

  /** The receipts of a task, in the order of its chain. */
  public Stream<Receipt> receipts(String taskId) {
    return receipts(only -> only.setTaskId(taskId));
  }

  /** Those that match. Without a task, those addressed to the caller, newest first. */
  public Stream<Receipt> receipts(Consumer<ListReceiptsRequest.Builder> only) {
    ListReceiptsRequest.Builder request = Calls.filled(ListReceiptsRequest.newBuilder(), only);
    return Calls.pages(
        token -> {
          ListReceiptsRequest wanted = request.setPageToken(token).build();
          ListReceiptsResponse page =
              calls.call(stubs().receipts(), stub -> stub.listReceipts(wanted));
          return new Calls.Page<>(page.getReceiptsList(), page.getNextPageToken());
        });
  }

  /** The questions that the caller owes answers to, oldest first. */
  public Stream<OpenQuestion> questions() {
    return obligations()
        .map(OpenObligation::getReceipt)
        .filter(receipt -> receipt.getBody().hasInputRequested())
        .map(OpenQuestion::of);
  }

  /** Answers a question, once: a second answer is refused, and the facts say how it was settled. */
  public ProvideInputResponse answer(OpenQuestion question, Object answer) {
    return answer(question.taskId(), question.inputId(), answer);
  }

  /** Answers a question. The value becomes JSON. */
  public ProvideInputResponse answer(String taskId, String inputId, Object answer) {
    return provide(taskId, inputId, input -> input.setAnswer(Content.jsonOf(answer)));
  }

  /** Declines a question: its task goes on without an answer. */
  public ProvideInputResponse decline(String taskId, String inputId, String reason) {
    DeclineInput decline = DeclineInput.newBuilder().setReason(reason).build();
    return provide(taskId, inputId, input -> input.setDecline(decline));
  }

  private ProvideInputResponse provide(
      String taskId, String inputId, Consumer<ProvideInputRequest.Builder> outcome) {
    String requestId = Calls.newRequestId();
    ProvideInputRequest request =
        Calls.filled(ProvideInputRequest.newBuilder(), outcome)
            .setTaskId(taskId)
            .setInputId(inputId)
            .setRequestId(requestId)
            .build();
    return calls.call(stubs().tasks(), requestId, stub -> stub.provideInput(request));
  }

  /** Sends a signal. The answer says whether a task has taken it already. */
  public SendSignalResponse sendSignal(NewSignal signal) {
    String requestId = Calls.newRequestId();
    return calls.call(
        stubs().signals(), requestId, stub -> stub.sendSignal(signal.toMessage(requestId)));
  }

  /** The scopes that are held, of a resource and below it; of all, if the prefix is empty. */
  public Stream<HeldScope> listScopes(String prefix) {
    ListScopesRequest.Builder request = ListScopesRequest.newBuilder().setPrefix(prefix);
    return Calls.pages(
        token -> {
          ListScopesRequest wanted = request.setPageToken(token).build();
          ListScopesResponse page = calls.call(stubs().leases(), stub -> stub.listScopes(wanted));
          return new Calls.Page<>(page.getScopesList(), page.getNextPageToken());
        });
  }

  /** Adds scopes to a lease: all, or none. Handlers call {@link Job#addScopes}. */
  public void addScopes(String leaseToken, Scope... scopes) {
    String requestId = Calls.newRequestId();
    AddScopesRequest request =
        AddScopesRequest.newBuilder()
            .setLeaseToken(leaseToken)
            .addAllScopes(List.of(scopes))
            .setRequestId(requestId)
            .build();
    calls.call(stubs().leases(), requestId, stub -> stub.addScopes(request));
  }
}
