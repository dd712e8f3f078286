import com.google.protobuf.Message;
import dev.asyncgate.client.Answer;
import dev.asyncgate.client.AsyncGateException;
import dev.asyncgate.client.Content;
import dev.asyncgate.client.Job;
import dev.asyncgate.client.OpenQuestion;
import dev.asyncgate.client.TaskEndedException;
import dev.asyncgate.client.WaitResult;
import dev.asyncgate.v1.BudgetFacts;
import dev.asyncgate.v1.ConflictFacts;
import dev.asyncgate.v1.HandOff;
import dev.asyncgate.v1.HeldScope;
import dev.asyncgate.v1.InputResult;
import dev.asyncgate.v1.LeaseFacts;
import dev.asyncgate.v1.LimitFacts;
import dev.asyncgate.v1.NameFacts;
import dev.asyncgate.v1.OutcomeFacts;
import dev.asyncgate.v1.PermissionFacts;
import dev.asyncgate.v1.Principal;
import dev.asyncgate.v1.QuestionOption;
import dev.asyncgate.v1.Report;
import dev.asyncgate.v1.ResourceFacts;
import dev.asyncgate.v1.ScopeFacts;
import dev.asyncgate.v1.SendSignalResponse;
import dev.asyncgate.v1.Task;
import dev.asyncgate.v1.TaskError;
import dev.asyncgate.v1.TaskState;
import dev.asyncgate.v1.TransitionFacts;
import dev.asyncgate.v1.ViolationFacts;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/** What the kit gives, as the runner's JSON. */
final class Answers {
  private Answers() {}

  static String state(TaskState state) {
    return state.name().replace("TASK_STATE_", "");
  }

  static Map<String, Object> summary(Task task) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("task_id", task.getTaskId());
    found.put("type", task.getType());
    found.put("state", state(task.getState()));
    found.put("attempt", task.getAttempt());
    if (task.getOutcome().hasError()) {
      TaskError error = task.getOutcome().getError();
      found.put("error", Map.of("type", error.getType(), "message", error.getMessage()));
    }
    return found;
  }

  static Object plain(Content content) {
    return switch (content.payload().getContentCase()) {
      case JSON -> content.json();
      case DATA -> Map.of("base64", Base64.getEncoder().encodeToString(content.bytes()));
      case URI -> content.payload().getUri();
      case CONTENT_NOT_SET -> null;
    };
  }

  static Object valueOf(JsonNode step, Job job) {
    return switch (step.path("return_of").stringValue()) {
      case "payload" ->
          job.payload().payload().hasData() ? job.payload().bytes() : job.payload().json();
      case "attempt" -> job.attempt();
      case "checkpoint" -> plain(job.checkpoint());
      case "results" -> job.waitResults().stream().map(Answers::result).toList();
      case "answer" ->
          step.has("name")
              ? job.answer(Shapes.text(step, "name")).map(Answers::answer).orElse(null)
              : job.answer().map(Answers::answer).orElse(null);
      case "rejected" -> job.rejected().map(one -> rejected(one.getReport(), job)).orElse(null);
      case "handed_over" -> job.handedOver().map(Answers::handedOver).orElse(null);
      case "over_budget" -> job.isOverBudget();
      case "verdict_on" -> verdictOn(job.payload().json());
      default -> throw new IllegalArgumentException("a job has no " + step.path("return_of"));
    };
  }

  private static Object verdictOn(JsonNode payload) {
    return Map.of(
        "result", payload.path("report").path("result"), "criteria", payload.path("criteria"));
  }

  private static Map<String, Object> result(WaitResult result) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("name", result.name());
    found.put(
        "status", result.status().name().replace("CONDITION_STATUS_", "").toLowerCase(Locale.ROOT));
    found.put("result", plain(result.result()));
    found.put(
        "signals",
        result.signals().stream().map(one -> plain(Content.of(one.getPayload()))).toList());
    return found;
  }

  private static Map<String, Object> answer(Answer answer) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("outcome", outcome(answer.message()));
    found.put("answer", plain(answer.content()));
    found.put("reason", answer.reason());
    found.put("by", answer.by().map(Answers::principal).orElse(null));
    return found;
  }

  private static String outcome(InputResult result) {
    return result.getOutcome().name().replace("INPUT_OUTCOME_", "").toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> principal(Principal principal) {
    return Map.of(
        "kind", principal.getKind().name().replace("PRINCIPAL_KIND_", ""), "id", principal.getId());
  }

  private static Map<String, Object> rejected(Report report, Job job) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("findings", job.findings());
    found.put("attempt", report.getAttempt());
    found.put("result", plain(Content.of(report.getResult())));
    return found;
  }

  private static Map<String, Object> handedOver(HandOff handOff) {
    return Map.of(
        "note",
        handOff.getNote(),
        "refs",
        handOff.getRefsList().stream()
            .map(one -> Map.of("kind", one.getKind(), "uri", one.getUri()))
            .toList(),
        "from",
        principal(handOff.getFrom()));
  }

  static Map<String, Object> question(OpenQuestion question) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("task_id", question.taskId());
    found.put("input_id", question.inputId());
    found.put("title", question.title());
    found.put("text", question.question().getText());
    found.put(
        "options",
        question.question().getOptionsList().stream().map(QuestionOption::getValue).toList());
    found.put("context", question.context().isMissingNode() ? null : question.context());
    return found;
  }

  static Map<String, Object> sent(SendSignalResponse answer) {
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("taken_by", answer.getTakenByTaskId().isEmpty() ? null : answer.getTakenByTaskId());
    found.put("kept", answer.hasKeepUntil());
    found.put("waiting", answer.getWaiting());
    return found;
  }

  static Map<String, Object> scope(HeldScope scope) {
    String mode = scope.getMode().name().replace("SCOPE_MODE_", "");
    return Map.of("resource", scope.getResource(), "mode", mode, "task_id", scope.getTaskId());
  }

  static Map<String, Object> errorOf(Exception error) {
    Map<String, Object> found = new LinkedHashMap<>();
    if (error instanceof TaskEndedException ended) {
      found.put("reason", "TASK_ENDED");
      found.put("state", state(ended.task().getState()));
      TaskError why = ended.task().getOutcome().getError();
      found.put("type", why.getType());
      found.put("message", why.getMessage());
    } else if (error instanceof TimeoutException) {
      found.put("reason", "TIMEOUT");
    } else if (error instanceof AsyncGateException refused) {
      found.put("reason", refused.reasonName());
      found.put("retryable", refused.isRetryable());
      found.put("fact", refused.facts().map(Answers::factOf).orElse(null));
    } else {
      found.put("reason", "OTHER");
      found.put("message", String.valueOf(error));
    }
    return found;
  }

  /** The fact by which a program would decide. */
  private static String factOf(Message facts) {
    if (facts instanceof LimitFacts limit) {
      return limit.getLimit();
    }
    if (facts instanceof PermissionFacts permission) {
      return permission.getScope();
    }
    if (facts instanceof ViolationFacts violations) {
      return violations.getViolations(0).getField();
    }
    if (facts instanceof ConflictFacts conflict) {
      return conflict.getTaskId();
    }
    if (facts instanceof ResourceFacts resource) {
      return resource.getId();
    }
    if (facts instanceof LeaseFacts lease) {
      return state(lease.getState());
    }
    if (facts instanceof TransitionFacts transition) {
      return state(transition.getFrom());
    }
    if (facts instanceof NameFacts name) {
      return name.getTaskId();
    }
    if (facts instanceof BudgetFacts budget) {
      return budget.getTaskId();
    }
    if (facts instanceof ScopeFacts scopes) {
      return scopes.getHeld(0).getTaskId();
    }
    if (facts instanceof InputResult input) {
      return outcome(input);
    }
    return facts instanceof OutcomeFacts outcome
        ? outcome.getMissing(0).getRequired().getKind()
        : null;
  }
}
