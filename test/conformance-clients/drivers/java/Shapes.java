import dev.asyncgate.client.Client;
import dev.asyncgate.client.NewQuestion;
import dev.asyncgate.client.NewSignal;
import dev.asyncgate.client.NewTask;
import dev.asyncgate.client.Scopes;
import dev.asyncgate.client.WaitFor;
import dev.asyncgate.v1.Artifact;
import dev.asyncgate.v1.OnExceeded;
import dev.asyncgate.v1.OnImpossible;
import dev.asyncgate.v1.OnNameTaken;
import dev.asyncgate.v1.OnParentEnd;
import dev.asyncgate.v1.OnReject;
import dev.asyncgate.v1.Principal;
import dev.asyncgate.v1.PrincipalKind;
import dev.asyncgate.v1.RetryPolicy;
import dev.asyncgate.v1.Scope;
import dev.asyncgate.v1.Verification;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The runner's JSON as what the kit takes. */
final class Shapes {
  private Shapes() {}

  static String text(JsonNode from, String name) {
    return from.path(name).asString("");
  }

  static String[] texts(JsonNode list) {
    return list.valueStream().map(JsonNode::stringValue).toArray(String[]::new);
  }

  static Duration millis(JsonNode from, String name, long otherwise) {
    return Duration.ofMillis(from.path(name).asLong(otherwise));
  }

  static String taskId(JsonNode args) {
    return args.has("named") ? Client.named(text(args, "named")) : text(args, "task_id");
  }

  static NewTask task(JsonNode given, String queue) {
    NewTask task = NewTask.of(text(given, "type")).queue(given.path("queue").asString(queue));
    for (Map.Entry<String, JsonNode> field : given.properties()) {
      setField(task, field.getKey(), field.getValue());
    }
    return task;
  }

  private static void setField(NewTask task, String name, JsonNode value) {
    switch (name) {
      case "payload" -> task.payload(value);
      case "payload_base64" -> task.payload(Base64.getDecoder().decode(value.stringValue()));
      case "idempotency_key" -> task.idempotencyKey(value.stringValue());
      case "capabilities" -> task.capabilities(texts(value));
      case "priority" -> task.priority(value.intValue());
      case "max_attempts" -> task.maxAttempts(value.intValue());
      case "retry_ms" ->
          task.retry(
              RetryPolicy.newBuilder()
                  .setInitialInterval(protoMillis(value.longValue()))
                  .setMaxInterval(protoMillis(3_600_000))
                  .build());
      case "delay_ms" -> task.delay(Duration.ofMillis(value.longValue()));
      case "deadline_ms" -> task.deadline(Instant.now().plusMillis(value.longValue()));
      case "wait" -> task.waitFor(waitFor(value));
      case "name" -> task.name(value.stringValue());
      case "on_name_taken" ->
          task.onNameTaken(OnNameTaken.valueOf("ON_NAME_TAKEN_" + value.stringValue()));
      case "scopes" -> task.scopes(scopes(value));
      case "budget" ->
          task.budget(
              amounts(value.path("amounts")),
              OnExceeded.valueOf("ON_EXCEEDED_" + value.path("on_exceeded").asString("TELL")));
      case "addressee" -> task.addressee(principal(value));
      case "verification" -> task.verification(verification(value));
      case "keep" -> {
        if (value.booleanValue()) {
          task.onParentEnd(OnParentEnd.ON_PARENT_END_KEEP);
        }
      }
      case "type", "queue", "as" -> {
        // Read by those that know where the task goes.
      }
      default -> throw new IllegalArgumentException("a task has no " + name);
    }
  }

  private static com.google.protobuf.Duration protoMillis(long millis) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(millis / 1_000)
        .setNanos((int) (millis % 1_000) * 1_000_000)
        .build();
  }

  private static Verification verification(JsonNode given) {
    Verification.Builder made = Verification.newBuilder();
    if (given.has("verifiers")) {
      made.setVerifiers(given.path("verifiers").intValue());
    }
    if (given.has("accept_at")) {
      made.setAcceptAt(given.path("accept_at").intValue());
    }
    if (given.has("on_reject")) {
      String name = text(given, "on_reject").toUpperCase(Locale.ROOT);
      made.setOnReject(OnReject.valueOf("ON_REJECT_" + name));
    }
    made.addAllCriteria(List.of(texts(given.path("criteria"))));
    made.addAllEvidenceRequired(List.of(texts(given.path("evidence_required"))));
    if (given.has("verifier")) {
      JsonNode verifier = given.path("verifier");
      made.getVerifierBuilder()
          .setQueue(text(verifier, "queue"))
          .setType(text(verifier, "type"))
          .getRequirementsBuilder()
          .addAllCapabilities(List.of(texts(verifier.path("capabilities"))));
    }
    return made.build();
  }

  static WaitFor waitFor(JsonNode given) {
    JsonNode wait = given.has("wait") ? given.path("wait") : given;
    List<WaitFor.Group> groups = new ArrayList<>();
    for (JsonNode group : wait.path("all_of")) {
      groups.add(
          group.has("any_of")
              ? WaitFor.anyOf(
                  group
                      .path("any_of")
                      .valueStream()
                      .map(Shapes::condition)
                      .toArray(WaitFor.One[]::new))
              : condition(group));
    }
    String otherwise = wait.path("on_impossible").asString("UNSPECIFIED");
    return WaitFor.allOf(groups).onImpossible(OnImpossible.valueOf("ON_IMPOSSIBLE_" + otherwise));
  }

  private static WaitFor.One condition(JsonNode given) {
    String name = text(given, "name");
    if (given.has("channel")) {
      return WaitFor.signal(text(given, "channel"), given.path("count").asInt(1)).named(name);
    }
    if (given.has("after_ms")) {
      return WaitFor.after(millis(given, "after_ms", 0)).named(name);
    }
    WaitFor.One task =
        given.has("key")
            ? WaitFor.taskOfKey(text(given, "key"))
            : given.has("item")
                ? WaitFor.taskOfItem(given.path("item").intValue())
                : WaitFor.task(text(given, "task"));
    return (given.path("ended").asBoolean(false) ? task.ended() : task).named(name);
  }

  static NewQuestion newQuestion(JsonNode given) {
    NewQuestion question = NewQuestion.of(text(given, "title")).text(text(given, "text"));
    question.options(texts(given.path("options"))).name(text(given, "name"));
    if (given.has("context")) {
      question.context(given.path("context"));
    }
    if (given.has("answer_schema")) {
      question.answerSchema(given.path("answer_schema"));
    }
    if (given.has("addressee")) {
      question.addressee(principal(given.path("addressee")));
    }
    if (given.has("checkpoint")) {
      question.checkpoint(given.path("checkpoint"));
    }
    if (given.has("expires")) {
      expire(question, given.path("expires"));
    }
    return question;
  }

  private static void expire(NewQuestion question, JsonNode expires) {
    Duration after = millis(expires, "after_ms", 0);
    JsonNode otherwise = expires.path("otherwise");
    if (otherwise.isObject()) {
      question.defaultAfter(after, otherwise.path("answer"));
    } else if (otherwise.asString("fail").equals("decline")) {
      question.declineAfter(after);
    } else {
      question.failAfter(after);
    }
  }

  static NewSignal signal(JsonNode given) {
    NewSignal signal =
        given.has("channel")
            ? NewSignal.onChannel(text(given, "channel"))
            : NewSignal.toTask(taskId(given));
    if (given.has("payload")) {
      signal.payload(given.path("payload"));
    }
    if (given.has("ttl_ms")) {
      signal.ttl(millis(given, "ttl_ms", 0));
    }
    return given.path("broadcast").asBoolean(false) ? signal.broadcast() : signal;
  }

  static Scope[] scopes(JsonNode given) {
    return given
        .valueStream()
        .map(one -> one.has("read") ? Scopes.read(text(one, "read")) : written(one))
        .toArray(Scope[]::new);
  }

  private static Scope written(JsonNode one) {
    return Scopes.write(one.isObject() ? text(one, "write") : one.stringValue());
  }

  static Map<String, BigDecimal> amounts(JsonNode given) {
    Map<String, BigDecimal> amounts = new LinkedHashMap<>();
    given
        .properties()
        .forEach(one -> amounts.put(one.getKey(), new BigDecimal(one.getValue().asString())));
    return amounts;
  }

  static Principal principal(JsonNode given) {
    return Principal.newBuilder()
        .setKind(PrincipalKind.valueOf("PRINCIPAL_KIND_" + text(given, "kind")))
        .setId(text(given, "id"))
        .build();
  }

  static Artifact[] artifacts(JsonNode given) {
    return given
        .valueStream()
        .map(
            one ->
                Artifact.newBuilder()
                    .setKind(text(one, "kind"))
                    .setUri(text(one, "uri"))
                    .setDigest(text(one, "digest"))
                    .setMediaType(text(one, "media_type"))
                    .build())
        .toArray(Artifact[]::new);
  }
}
