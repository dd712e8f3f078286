import dev.asyncgate.client.AsyncGateException;
import dev.asyncgate.client.Client;
import dev.asyncgate.client.Created;
import dev.asyncgate.client.Creation;
import dev.asyncgate.client.StopCause;
import dev.asyncgate.client.Worker;
import dev.asyncgate.client.WorkerBuilder;
import dev.asyncgate.client.WorkerEvent;
import dev.asyncgate.v1.OutputPart;
import dev.asyncgate.v1.ReadOutputRequest;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TaskState;
import dev.asyncgate.v1.WatchTaskResponse;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The driver for Java: does with the kit what the runner tells it. docs/conformance.md has the
 * commands.
 */
final class Driver {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  private static final Map<String, CountDownLatch> GATES = new ConcurrentHashMap<>();

  private static volatile Client client;
  private static volatile Worker worker;
  private static volatile Thread working;

  private Driver() {}

  public static void main(String[] args) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(Driver::endWell));
    ExecutorService requests = Executors.newCachedThreadPool();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      JsonNode message = MAPPER.readTree(line);
      requests.execute(() -> obey(message));
    }
    Runtime.getRuntime().halt(0);
  }

  /**
   * A JVM that is ended by a signal has a status of its own; the runner asks how the worker did.
   */
  private static void endWell() {
    try {
      if (working != null) {
        working.join();
      }
      Runtime.getRuntime().halt(0);
    } catch (InterruptedException interrupted) {
      Runtime.getRuntime().halt(1);
    }
  }

  /** The benchmark wants answers alone. */
  private static final boolean QUIET = "1".equals(System.getenv("ASYNCGATE_DRIVER_QUIET"));

  static void say(Map<String, ?> message) {
    if (QUIET && message.containsKey("event")) {
      return;
    }
    synchronized (OUT) {
      OUT.println(MAPPER.writeValueAsString(message));
      OUT.flush();
    }
  }

  static CountDownLatch gate(String name) {
    return GATES.computeIfAbsent(name, made -> new CountDownLatch(1));
  }

  private static void obey(JsonNode message) {
    int id = message.path("id").intValue();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    try {
      answer.put("ok", answer(message.path("command").stringValue(), message));
    } catch (Exception failed) {
      answer.put("error", Answers.errorOf(failed));
    }
    say(answer);
  }

  private static Object answer(String command, JsonNode args) throws Exception {
    String taskId = Shapes.taskId(args);
    switch (command) {
      case "client":
        warmUp();
        client =
            Client.builder(Shapes.text(args, "endpoint"), Shapes.text(args, "key"))
                .timeout(Shapes.millis(args, "timeout_ms", 30_000))
                .build();
        return null;
      case "create":
        Created created = client.createTask(Shapes.task(args.path("task"), queue(args)));
        return Map.of(
            "task_id", created.taskId(),
            "existed", created.existed(),
            "state", Answers.state(created.task().getState()));
      case "create_many":
        return createMany(args);
      case "get":
        return Answers.summary(client.getTask(taskId));
      case "await":
        return Answers.summary(
            args.has("timeout_ms")
                ? client.awaitTask(taskId, Shapes.millis(args, "timeout_ms", 0))
                : client.awaitTask(taskId));
      case "result":
        return Answers.plain(
            args.has("timeout_ms")
                ? client.result(taskId, Shapes.millis(args, "timeout_ms", 0))
                : client.result(taskId));
      case "cancel":
        Task canceled =
            client
                .cancelTask(taskId, Shapes.text(args, "reason"), Shapes.millis(args, "grace_ms", 0))
                .getTask();
        return Map.of("state", Answers.state(canceled.getState()));
      case "list":
        return list(args);
      case "watch":
        return watch(taskId);
      case "obligations":
        return client.obligations().map(one -> one.getReceipt().getTaskId()).toList();
      case "worker":
        startWorker(args);
        return null;
      case "stop":
        worker.stop(Shapes.millis(args, "within_ms", 30_000));
        return null;
      case "go":
        gate(Shapes.text(args, "gate")).countDown();
        return null;
      default:
        return answerMore(command, args, taskId);
    }
  }

  /** The commands about questions, signals, outputs and scopes. */
  private static Object answerMore(String command, JsonNode args, String taskId) {
    switch (command) {
      case "questions":
        return client
            .questions()
            .filter(one -> one.taskId().equals(taskId))
            .map(Answers::question)
            .toList();
      case "answer":
        return settled(client.answer(taskId, Shapes.text(args, "input_id"), args.path("answer")));
      case "decline":
        return settled(
            client.decline(taskId, Shapes.text(args, "input_id"), Shapes.text(args, "reason")));
      case "send_signal":
        return Answers.sent(client.sendSignal(Shapes.signal(args)));
      case "output":
        return output(args, taskId);
      case "scopes":
        return client.listScopes(Shapes.text(args, "prefix")).map(Answers::scope).toList();
      default:
        return AgentCalls.answer(client.agents(), command, args);
    }
  }

  /**
   * A call and a watch that reach no server. The first ones of a JVM load thousands of classes,
   * which on a busy machine takes longer than some scenarios have.
   */
  private static void warmUp() {
    try (Client nothing = Client.builder("http://127.0.0.1:1", "k").attemptsMax(1).build()) {
      unreachable(() -> nothing.getTask("none"));
      unreachable(() -> nothing.watchTask("none").findFirst());
    }
  }

  private static void unreachable(Runnable call) {
    try {
      call.run();
    } catch (AsyncGateException expected) {
      return;
    }
    throw new AssertionError("there is no server at port 1");
  }

  private static Object settled(dev.asyncgate.v1.ProvideInputResponse answer) {
    return Map.of("state", Answers.state(answer.getState()));
  }

  private static String queue(JsonNode args) {
    return Shapes.text(args, "queue");
  }

  private static Object createMany(JsonNode args) {
    List<dev.asyncgate.client.NewTask> tasks = new ArrayList<>();
    args.path("tasks").forEach(task -> tasks.add(Shapes.task(task, queue(args))));
    List<Object> answers = new ArrayList<>();
    for (Creation result : client.createTasks(tasks)) {
      if (result instanceof Creation.Refused refused) {
        answers.add(Map.of("error", Answers.errorOf(refused.error())));
      } else {
        answers.add(Map.of("task_id", result.orThrow().taskId()));
      }
    }
    return answers;
  }

  private static Object list(JsonNode args) {
    return client
        .listTasks(
            only -> {
              only.setQueue(queue(args)).setType(Shapes.text(args, "type"));
              for (JsonNode state : args.path("states")) {
                only.addStates(TaskState.valueOf("TASK_STATE_" + state.stringValue()));
              }
            })
        .map(Answers::summary)
        .toList();
  }

  private static Object watch(String taskId) {
    List<String> states = new ArrayList<>();
    try (Stream<WatchTaskResponse> news = client.watchTask(taskId)) {
      news.forEach(
          one -> {
            String state = Answers.state(one.getTask().getState());
            if (states.isEmpty() || !states.get(states.size() - 1).equals(state)) {
              states.add(state);
              say(Map.of("event", "watched", "state", state));
            }
          });
    }
    return states;
  }

  private static Object output(JsonNode args, String taskId) {
    ReadOutputRequest.Builder request =
        ReadOutputRequest.newBuilder()
            .setTaskId(taskId)
            .setStream(Shapes.text(args, "stream"))
            .setFollow(args.path("follow").asBoolean(false));
    if (args.has("from_offset")) {
      request.setFromOffset(args.path("from_offset").longValue());
    } else if (args.has("last_bytes")) {
      request.setLastBytes(args.path("last_bytes").longValue());
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    long[] next = {0};
    try (Stream<OutputPart> parts = client.readOutput(request.build())) {
      parts.forEach(
          part -> {
            next[0] = part.getNextOffset();
            if (!part.getData().isEmpty()) {
              text.writeBytes(part.getData().toByteArray());
              say(Map.of("event", "printed"));
            }
          });
    }
    return Map.of("text", text.toString(StandardCharsets.UTF_8), "next_offset", next[0]);
  }

  private static void startWorker(JsonNode args) {
    List<String> endpoints = new ArrayList<>();
    args.path("endpoints").forEach(one -> endpoints.add(one.stringValue()));
    if (endpoints.isEmpty()) {
      endpoints.add(Shapes.text(args, "endpoint"));
    }
    WorkerBuilder builder =
        Worker.builder(endpoints, Shapes.text(args, "key"))
            .slots(args.path("slots").asInt(8))
            .queues(queue(args))
            .capabilities(Shapes.texts(args.path("capabilities")))
            .drainWithin(Shapes.millis(args, "drain_within_ms", 30_000))
            .onEvent(Driver::onEvent);
    if (args.has("ttl_ms")) {
      builder.leaseTtl(Shapes.millis(args, "ttl_ms", 0));
    }
    args.path("handlers")
        .properties()
        .forEach(
            entry -> builder.handle(entry.getKey(), new Script(entry.getValue(), queue(args))));
    Worker made = builder.build();
    worker = made;
    working = new Thread(() -> run(made), "worker");
    working.start();
  }

  private static void run(Worker one) {
    try {
      one.run();
      say(Map.of("event", "stopped"));
    } catch (AsyncGateException error) {
      say(Map.of("event", "stopped", "error", Answers.errorOf(error)));
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nothing interrupts this thread", interrupted);
    }
  }

  private static void onEvent(WorkerEvent event) {
    if (event instanceof WorkerEvent.Connected connected) {
      say(Map.of("event", "connected", "resumed", connected.resumed()));
    } else if (event instanceof WorkerEvent.Settled settled) {
      String ending = settled.how().name().toLowerCase(Locale.ROOT);
      say(Map.of("event", "settled", "ending", ending));
    } else if (event instanceof WorkerEvent.Refused refused) {
      String reason =
          refused.error() instanceof AsyncGateException error
              ? error.reasonName()
              : refused.error().getMessage();
      say(Map.of("event", "refused", "reason", reason));
    } else if (event instanceof WorkerEvent.Stopping stopping) {
      say(Map.of("event", "told", "why", why(stopping.cause())));
    } else if (event instanceof WorkerEvent.Disconnected) {
      say(Map.of("event", "disconnected"));
    } else if (event instanceof WorkerEvent.Draining) {
      say(Map.of("event", "draining"));
    } else if (event instanceof WorkerEvent.OverBudget) {
      say(Map.of("event", "over_budget"));
    }
  }

  private static String why(StopCause cause) {
    if (cause instanceof StopCause.Canceled) {
      return "canceled";
    }
    return cause instanceof StopCause.Drain ? "drain" : "lease_lost";
  }
}
