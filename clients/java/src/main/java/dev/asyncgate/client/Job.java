package dev.asyncgate.client;

import dev.asyncgate.v1.CreateTaskRequest;
import dev.asyncgate.v1.HandOff;
import dev.asyncgate.v1.HandOffRequest;
import dev.asyncgate.v1.Review;
import dev.asyncgate.v1.Scope;
import dev.asyncgate.v1.SendSignalResponse;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.Verdict;
import dev.asyncgate.v1.VerdictDecision;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The task of one handler. Reports are sent in the background; their {@link Report} can be awaited
 * and need not be.
 */
public final class Job {
  private static final String ANSWER_NAME = "input";

  private final HeldTask held;
  private final Reports reports;
  private final Outputs outputs;
  private final Supplier<Client> client;
  private List<WaitResult> waitResults;

  Job(HeldTask held, Reports reports, Outputs outputs, Supplier<Client> client) {
    this.held = held;
    this.reports = reports;
    this.outputs = outputs;
    this.client = client;
  }

  /** The task, with its request and its state when it was leased. */
  public Task task() {
    return held.task;
  }

  /** The task's id. */
  public String taskId() {
    return held.task.getTaskId();
  }

  /** The task's type. */
  public String type() {
    return held.task.getType();
  }

  /** From 1. Only failures raise it. */
  public int attempt() {
    return held.task.getAttempt();
  }

  /** The input. */
  public Content payload() {
    return Content.of(held.task.getPayload());
  }

  /** The input as an object of this type. */
  public <T> T payload(Class<T> type) {
    return payload().as(type);
  }

  /** The last checkpoint of the previous holder. Empty if there is none. */
  public Content checkpoint() {
    return Content.of(held.task.getCheckpoint());
  }

  /** Tells when the handler must stop, and why. Its thread is interrupted as well. */
  public CancellationToken cancellation() {
    return held.token;
  }

  /** Sleeps, and throws an InterruptedException as soon as the handler must stop. */
  public void pause(Duration span) throws InterruptedException {
    if (held.token.await(span)) {
      throw new InterruptedException("the handler must stop");
    }
  }

  /** What became of the conditions that the task waited for last, in their order. */
  public synchronized List<WaitResult> waitResults() {
    if (waitResults == null) {
      waitResults = held.leased.getWaitResultsList().stream().map(WaitResult::of).toList();
    }
    return waitResults;
  }

  /** The first of these results with this name. */
  public Optional<WaitResult> waitResult(String name) {
    return waitResults().stream().filter(result -> result.name().equals(name)).findFirst();
  }

  /** How the task's last question was settled. Empty if it asked none. */
  public Optional<Answer> answer() {
    return answer(ANSWER_NAME);
  }

  /** How the question of this name was settled. */
  public Optional<Answer> answer(String name) {
    return waitResults().stream()
        .filter(result -> result.name().equals(name))
        .flatMap(result -> result.answer().stream())
        .findFirst();
  }

  /** How the task was handed over last. Empty if it never was. */
  public Optional<HandOff> handedOver() {
    return held.leased.hasHandOff() ? Optional.of(held.leased.getHandOff()) : Optional.empty();
  }

  /** An earlier report on the task, which was rejected, with all verdicts on it. */
  public Optional<Review> rejected() {
    return held.leased.hasReview() ? Optional.of(held.leased.getReview()) : Optional.empty();
  }

  /** All that verifiers have found in an earlier report. Empty if none was rejected. */
  public List<String> findings() {
    return held.leased.getReview().getVerdictsList().stream()
        .flatMap(given -> given.getVerdict().getFindingsList().stream())
        .toList();
  }

  /** Whether the task has spent more than its budget: the handler should end soon. */
  public boolean isOverBudget() {
    return held.isOverBudget;
  }

  /** Reports that work has begun. Seldom needed: progress implies it. */
  public Report start() {
    return reports.start(held);
  }

  /** Reports progress, from 0 to 100. */
  public Report progress(double percent, String message) {
    return progress(Note.percent(percent).message(message));
  }

  /** Reports progress. */
  public Report progress(Note note) {
    return reports.note(held, note);
  }

  /** State for the next holder, in case this one does not finish. At most 64 KiB. */
  public Report saveCheckpoint(Object checkpoint) {
    return reports.checkpoint(held, Content.payloadOf(checkpoint));
  }

  /** Adds to what the task has spent, exactly: {@code job.spend("usd", new BigDecimal("0.12"))}. */
  public Report spend(String unit, BigDecimal amount) {
    return spend(Map.of(unit, amount));
  }

  /** Adds to what the task has spent. */
  public Report spend(String unit, long amount) {
    return spend(unit, BigDecimal.valueOf(amount));
  }

  /** Adds to what the task has spent, by unit. */
  public Report spend(Map<String, BigDecimal> amounts) {
    Amounts.textsOf(amounts);
    return reports.spend(held, Map.copyOf(amounts));
  }

  /** A log of the task, such as {@code stdout}, {@code stderr} or {@code tokens}. */
  public JobOutput output(String stream) {
    return outputs.of(held, stream);
  }

  /** Creates a task under this one, which is canceled when this one ends, unless it says KEEP. */
  public Created child(NewTask task) {
    String requestId = Calls.newRequestId();
    CreateTaskRequest request =
        task.toMessage(requestId).toBuilder().setUnder(held.leaseToken()).build();
    return client.get().createTask(request, requestId);
  }

  /** Sends a signal to this task, to others that the worker may send to, or on a channel. */
  public SendSignalResponse sendSignal(NewSignal signal) {
    return client.get().sendSignal(signal);
  }

  /**
   * Adds scopes, made by {@link Scopes}, before the handler touches what its task's scopes do not
   * cover: all of them, or none.
   *
   * @throws AsyncGateException with the reason SCOPE_HELD, whose facts name the holders
   */
  public void addScopes(Scope... scopes) {
    client.get().addScopes(held.leaseToken(), scopes);
  }

  /**
   * Gives the task back until the wait is over: {@code return job.suspend(wait)}. The handler ends,
   * and its slot is free; the next holder starts from the beginning, with the checkpoint and the
   * results of the wait.
   */
  public Ending.Suspension suspend(WaitFor wait) {
    return noted(new Ending.Suspension(wait));
  }

  /** Gives the task back for a while: {@code return job.sleep(Duration.ofDays(7))}. */
  public Ending.Suspension sleep(Duration span) {
    return suspend(WaitFor.after(span));
  }

  /**
   * Asks a person or an agent, and gives the task back until there is an answer: {@code return
   * job.ask(NewQuestion.of("Deploy?"))}. The next holder starts from the beginning, with the
   * checkpoint and the {@link #answer}.
   */
  public Ending.Asking ask(NewQuestion question) {
    return noted(new Ending.Asking(question));
  }

  /** Gives the task back to its queue, and nothing is counted: {@code return job.release("…")}. */
  public Ending.Release release(String reason) {
    return noted(new Ending.Release(reason));
  }

  /**
   * Hands the task over to another worker: {@code return job.handOff(to).note("…")}. The next
   * holder starts from the beginning, with the note, the references and the checkpoint.
   */
  public Ending.HandingOff handOff(HandOffTo to) {
    HandOffRequest.Builder request = HandOffRequest.newBuilder().setTo(to.toMessage());
    return noted(new Ending.HandingOff(request));
  }

  /** Completes the task with this result and creates what goes on from it, in one step. */
  public Ending.Done handOn(Object result, NewTask... next) {
    return Ending.Done.of(result).next(next);
  }

  /** Gives the verdict of a verification task: {@code return job.verdict(ACCEPT, "…")}. */
  public Ending.Done verdict(VerdictDecision decision, String... findings) {
    return verdict(
        Verdict.newBuilder().setDecision(decision).addAllFindings(List.of(findings)).build());
  }

  /** Gives the verdict of a verification task, with confidence and evidence. */
  public Ending.Done verdict(Verdict verdict) {
    return noted(Ending.Done.withoutResult().verdict(verdict));
  }

  private <E extends Ending> E noted(E ending) {
    held.hasEnding = true;
    return ending;
  }
}
