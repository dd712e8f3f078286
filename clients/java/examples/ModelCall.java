import dev.asyncgate.client.Client;
import dev.asyncgate.client.Created;
import dev.asyncgate.client.Handler;
import dev.asyncgate.client.Job;
import dev.asyncgate.client.JobOutput;
import dev.asyncgate.client.NewQuestion;
import dev.asyncgate.client.NewTask;
import dev.asyncgate.client.Note;
import dev.asyncgate.client.OpenQuestion;
import dev.asyncgate.client.Worker;
import dev.asyncgate.v1.OutputPart;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.WatchTaskResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.type.TypeReference;

/**
 * A long model call as a task: streamed output, progress, a checkpoint to go on from, a question to
 * a person, and cancellation that ends the call at once.
 *
 * <p>The model is a script, so that the example runs without a key to one. The first worker stops
 * soon, as in a deployment, and the second one goes on where it stopped; then it asks whether the
 * text may be published. A second task is canceled by its owner.
 */
final class ModelCall {
  private static final String ENDPOINT = System.getenv("ASYNCGATE_URL");
  private static final String WORKER_KEY = System.getenv("ASYNCGATE_WORKER_KEY");
  private static final String[] WORDS = {
    "a", "lease", "is", "the", "right", "to", "work", "on", "one", "task", "until", "a", "point"
  };

  /** What is asked of the model. */
  record Prompt(String text, int words) {}

  private ModelCall() {}

  public static void main(String[] args) throws InterruptedException {
    try (Client client = Client.connect(ENDPOINT, System.getenv("ASYNCGATE_API_KEY"))) {
      Created created = client.createTask(taskOf("What is a lease?", 100));
      try (Worker first = startWorker()) {
        await(client, created.taskId(), task -> task.getProgress().getPercent() > 0);
        first.stop(Duration.ZERO);
      }
      try (Worker second = startWorker()) {
        approve(client, created.taskId());
        Map<?, ?> result = client.result(created.taskId(), Map.class);
        System.out.println("published " + result.get("text").toString().split(" ").length);
        System.out.println("streamed " + wordsIn(client, created.taskId()) + " words at last");

        Created unwanted = client.createTask(taskOf("What is a fence?", 5_000));
        await(client, unwanted.taskId(), task -> task.getProgress().getPercent() > 0);
        client.cancelTask(unwanted.taskId(), "the user has left", Duration.ofSeconds(30));
        System.out.println(client.awaitTask(unwanted.taskId()).getState());
        second.stop(Duration.ofSeconds(10));
      }
    }
  }

  private static NewTask taskOf(String text, int words) {
    return NewTask.of("model.write", new Prompt(text, words));
  }

  private static Worker startWorker() {
    Handler.OfPayload<Prompt> handler = ModelCall::write;
    Worker worker =
        Worker.builder(ENDPOINT, WORKER_KEY).handle("model.write", Prompt.class, handler).build();
    new Thread(
            () -> {
              try {
                worker.run();
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
              }
            })
        .start();
    return worker;
  }

  private static Object write(Prompt prompt, Job job) throws InterruptedException, IOException {
    List<String> written =
        job.checkpoint().isEmpty()
            ? new ArrayList<>()
            : job.checkpoint().as(new TypeReference<ArrayList<String>>() {});
    if (!written.isEmpty()) {
      System.out.println("went on after some words: " + (written.size() > 0));
    }
    JobOutput tokens = job.output("tokens");
    while (written.size() < prompt.words()) {
      String word = WORDS[written.size() % WORDS.length];
      try {
        // Here a real call would wait for its next token.
        job.pause(Duration.ofMillis(20));
      } catch (InterruptedException stopped) {
        // Here it would be ended, so that it costs nothing more. The checkpoint goes with the task.
        System.out.println("stopped: " + job.cancellation().cause().orElseThrow());
        throw stopped;
      }
      written.add(word);
      tokens.print(word + " ");
      // Neither is waited for: reports that come faster than they are sent are merged.
      job.progress(Note.percent(100.0 * written.size() / prompt.words()).message(word));
      job.saveCheckpoint(written);
    }
    if (job.answer().isEmpty()) {
      return job.ask(
          NewQuestion.of("May it be published?").options("publish", "drop").checkpoint(written));
    }
    boolean isWanted = job.answer().get().content().as(String.class).equals("publish");
    return Map.of("text", isWanted ? String.join(" ", written) : "");
  }

  private static void await(Client client, String taskId, Predicate<Task> isSo) {
    try (Stream<WatchTaskResponse> news = client.watchTask(taskId)) {
      news.map(WatchTaskResponse::getTask).filter(isSo).findFirst();
    }
  }

  /** What a person would do in an inbox. */
  private static void approve(Client client, String taskId) throws InterruptedException {
    for (; ; ) {
      Optional<OpenQuestion> asked =
          client.questions().filter(one -> one.taskId().equals(taskId)).findFirst();
      if (asked.isPresent()) {
        System.out.println("asked: " + asked.get().title());
        client.answer(asked.get(), "publish");
        return;
      }
      Thread.sleep(100);
    }
  }

  private static int wordsIn(Client client, String taskId) {
    var read =
        dev.asyncgate.v1.ReadOutputRequest.newBuilder().setTaskId(taskId).setStream("tokens");
    try (Stream<OutputPart> parts = client.readOutput(read.build())) {
      String text = parts.map(part -> part.getData().toStringUtf8()).collect(Collectors.joining());
      return text.isEmpty() ? 0 : text.split(" ").length;
    }
  }
}
