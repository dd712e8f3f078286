import dev.asyncgate.client.AsyncGateException;
import dev.asyncgate.client.Ending;
import dev.asyncgate.client.HandOffTo;
import dev.asyncgate.client.Handler;
import dev.asyncgate.client.Job;
import dev.asyncgate.client.JobOutput;
import dev.asyncgate.client.NewTask;
import dev.asyncgate.client.NonRetryableException;
import dev.asyncgate.client.Note;
import dev.asyncgate.client.RetryAfterException;
import dev.asyncgate.v1.Verdict;
import dev.asyncgate.v1.VerdictDecision;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A handler that is a list of steps. */
final class Script implements Handler {
  private final JsonNode steps;
  private final String queue;

  Script(JsonNode steps, String queue) {
    this.steps = steps;
    this.queue = queue;
  }

  @Override
  public Object handle(Job job) throws Exception {
    Map<String, Object> entered = new LinkedHashMap<>();
    entered.put("event", "entered");
    entered.put("type", job.type());
    entered.put("attempt", job.attempt());
    entered.put("checkpoint", Answers.plain(job.checkpoint()));
    Driver.say(entered);
    return play(steps, job);
  }

  private Object play(JsonNode script, Job job) throws Exception {
    for (JsonNode step : script) {
      if (step.has("on") && !isSo(step.path("on"), job)) {
        continue;
      }
      if (step.has("do")) {
        return play(step.path("do"), job);
      }
      pass(step);
      report(step, job);
      try {
        call(step, job);
      } catch (AsyncGateException | IOException error) {
        caught(step, error);
      }
      fail(step);
      if (isLast(step)) {
        return end(step, job);
      }
    }
    return null;
  }

  private static boolean isLast(JsonNode step) {
    for (String verb :
        new String[] {
          "artifacts",
          "suspend",
          "release",
          "sleep_ms",
          "sized",
          "return",
          "return_of",
          "ask",
          "hand_on",
          "hand_off",
          "verdict"
        }) {
      if (step.has(verb)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSo(JsonNode on, Job job) {
    if (on.has("attempt")) {
      return job.attempt() == on.path("attempt").intValue();
    }
    if (on.has("results")) {
      return !job.waitResults().isEmpty();
    }
    if (on.has("answer")) {
      return job.answer(on.path("answer").stringValue()).isPresent();
    }
    if (on.has("rejected")) {
      return job.rejected().isPresent();
    }
    if (on.has("handed_over")) {
      return job.handedOver().isPresent();
    }
    if (on.has("over_budget")) {
      return job.isOverBudget();
    }
    return !job.checkpoint().isEmpty();
  }

  private static void pass(JsonNode step) throws InterruptedException {
    if (step.has("wait")) {
      Driver.gate(step.path("wait").stringValue()).await();
    }
    if (step.has("hold")) {
      hold(Driver.gate(step.path("hold").stringValue()));
    }
    if (step.has("block_ms")) {
      block(step.path("block_ms").longValue());
    }
  }

  /** Goes on although it is interrupted. */
  private static void hold(CountDownLatch gate) {
    while (gate.getCount() > 0) {
      try {
        gate.await();
      } catch (InterruptedException told) {
        continue;
      }
    }
  }

  private static void block(long millis) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  private static void report(JsonNode step, Job job) throws InterruptedException {
    if (step.has("start")) {
      job.start().await();
    }
    if (step.has("progress")) {
      job.progress(noteOf(step.path("progress"))).await();
    }
    if (step.has("checkpoint")) {
      job.saveCheckpoint(step.path("checkpoint")).await();
    }
  }

  private static Note noteOf(JsonNode given) {
    Note note =
        given.has("percent")
            ? Note.percent(given.path("percent").doubleValue())
            : Note.of(Shapes.text(given, "message"));
    note.message(Shapes.text(given, "message"));
    if (given.has("detail")) {
      note.detail(given.path("detail"));
    }
    return given.path("receipted").asBoolean(false) ? note.receipted() : note;
  }

  private void call(JsonNode step, Job job) throws IOException, InterruptedException {
    if (step.has("child")) {
      String taskId = job.child(Shapes.task(step.path("child"), queue)).taskId();
      Driver.say(Map.of("event", "created", "task_id", taskId));
    }
    if (step.has("output")) {
      print(step.path("output"), job);
    }
    if (step.has("spend")) {
      Map<String, BigDecimal> amounts = Shapes.amounts(step.path("spend"));
      job.spend(amounts).await();
    }
    if (step.has("send_signal")) {
      Map<String, Object> sent = new LinkedHashMap<>();
      sent.put("event", "sent");
      sent.putAll(Answers.sent(job.sendSignal(Shapes.signal(step.path("send_signal")))));
      Driver.say(sent);
    }
    if (step.has("add_scopes")) {
      job.addScopes(Shapes.scopes(step.path("add_scopes")));
    }
  }

  private static void print(JsonNode given, Job job) throws IOException {
    JobOutput output = job.output(given.path("stream").asString("stdout"));
    for (int times = given.path("times").asInt(1); times > 0; times--) {
      output.print(given.path("text").stringValue());
    }
    if (given.path("flush").asBoolean(false)) {
      output.sync();
    }
  }

  private static void caught(JsonNode step, Exception error) {
    RuntimeException refusal =
        error instanceof AsyncGateException refused
            ? refused
            : error.getCause() instanceof AsyncGateException cause
                ? cause
                : new IllegalStateException(error);
    if (!step.path("catch").asBoolean(false)) {
      throw refusal;
    }
    Driver.say(Map.of("event", "caught", "error", Answers.errorOf(refusal)));
  }

  private static void fail(JsonNode step) {
    if (step.has("fail")) {
      throw new IllegalStateException(step.path("fail").stringValue());
    }
    if (step.has("fail_for_good")) {
      JsonNode how = step.path("fail_for_good");
      Object detail = how.has("detail") ? how.path("detail") : null;
      throw new NonRetryableException(
          how.path("type").asString(null), Shapes.text(how, "message"), detail, null);
    }
    if (step.has("retry_after_ms")) {
      throw new RetryAfterException(Shapes.millis(step, "retry_after_ms", 0), "later");
    }
  }

  private Object end(JsonNode step, Job job) {
    if (step.has("artifacts")) {
      return Ending.Done.withoutResult().artifacts(Shapes.artifacts(step.path("artifacts")));
    }
    if (step.has("suspend")) {
      return suspend(step.path("suspend"), job);
    }
    if (step.has("release")) {
      JsonNode given = step.path("release");
      return job.release("")
          .delay(Shapes.millis(given, "delay_ms", 0))
          .checkpoint(given.path("checkpoint"));
    }
    if (step.has("sleep_ms")) {
      return job.sleep(Shapes.millis(step, "sleep_ms", 0));
    }
    if (step.has("sized")) {
      return "x".repeat(step.path("sized").intValue());
    }
    if (step.has("return")) {
      return step.path("return");
    }
    if (step.has("return_of")) {
      return Answers.valueOf(step, job);
    }
    return move(step, job);
  }

  private Object suspend(JsonNode given, Job job) {
    Ending.Suspension suspension = job.suspend(Shapes.waitFor(given));
    if (given.has("checkpoint")) {
      suspension.checkpoint(given.path("checkpoint"));
    }
    for (JsonNode one : given.path("create")) {
      NewTask task = Shapes.task(one, queue);
      if (one.path("as").asString("child").equals("next")) {
        suspension.createNext(task);
      } else {
        suspension.create(task);
      }
    }
    return suspension;
  }

  private Object move(JsonNode step, Job job) {
    if (step.has("ask")) {
      return job.ask(Shapes.newQuestion(step.path("ask")));
    }
    if (step.has("hand_on")) {
      JsonNode given = step.path("hand_on");
      NewTask[] next =
          given
              .path("next")
              .valueStream()
              .map(one -> Shapes.task(one, queue))
              .toArray(NewTask[]::new);
      return job.handOn(given.has("result") ? given.path("result") : null, next);
    }
    if (step.has("hand_off")) {
      return handOff(step.path("hand_off"), job);
    }
    JsonNode given = step.path("verdict");
    String decision = given.path("decision").stringValue().toUpperCase(Locale.ROOT);
    Verdict.Builder verdict =
        Verdict.newBuilder().setDecision(VerdictDecision.valueOf("VERDICT_DECISION_" + decision));
    given.path("findings").forEach(one -> verdict.addFindings(one.stringValue()));
    if (given.has("confidence")) {
      verdict.setConfidence(given.path("confidence").doubleValue());
    }
    return job.verdict(verdict.build());
  }

  private static Object handOff(JsonNode given, Job job) {
    JsonNode to = given.path("to");
    HandOffTo target =
        to.has("principal")
            ? HandOffTo.principal(Shapes.principal(to.path("principal")))
            : to.has("capabilities")
                ? HandOffTo.capabilities(Shapes.texts(to.path("capabilities")))
                : HandOffTo.queue(Shapes.text(to, "queue"));
    if (to.has("queue")) {
      target.inQueue(Shapes.text(to, "queue"));
    }
    Ending.HandingOff handingOff =
        job.handOff(target)
            .note(Shapes.text(given, "note"))
            .refs(Shapes.artifacts(given.path("refs")));
    return given.has("checkpoint") ? handingOff.checkpoint(given.path("checkpoint")) : handingOff;
  }
}
