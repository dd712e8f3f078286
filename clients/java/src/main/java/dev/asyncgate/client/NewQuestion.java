package dev.asyncgate.client;

import com.google.protobuf.ByteString;
import dev.asyncgate.v1.Answerer;
import dev.asyncgate.v1.OnExpiry;
import dev.asyncgate.v1.Principal;
import dev.asyncgate.v1.Question;
import dev.asyncgate.v1.QuestionEscalation;
import dev.asyncgate.v1.QuestionExpiry;
import dev.asyncgate.v1.QuestionOption;
import dev.asyncgate.v1.RequestInputRequest;
import java.time.Duration;

/**
 * A question of a handler to a person or an agent, for {@link Job#ask}. Each method changes this
 * object and returns it.
 */
public final class NewQuestion {
  private final RequestInputRequest.Builder request =
      RequestInputRequest.newBuilder().setNotTheAsker(true);
  private final Question.Builder question = request.getQuestionBuilder();

  private NewQuestion() {}

  /** What it is about, in one line. */
  public static NewQuestion of(String title) {
    NewQuestion made = new NewQuestion();
    made.question.setTitle(title);
    return made;
  }

  /** The question. */
  public NewQuestion text(String text) {
    question.setText(text);
    return this;
  }

  /** What one should know to answer it. The value becomes JSON. */
  public NewQuestion context(Object context) {
    question.setContext(Content.jsonOf(context));
    return this;
  }

  /** What the answer must look like: a JSON Schema, as a map or a tree. */
  public NewQuestion answerSchema(Object schema) {
    question.setAnswerSchema(Content.jsonOf(schema));
    return this;
  }

  /** Answers to choose among. Without a schema, the answer is one of them. */
  public NewQuestion options(String... values) {
    for (String value : values) {
      option(QuestionOption.newBuilder().setValue(value).build());
    }
    return this;
  }

  /** An answer to choose, with what people see. */
  public NewQuestion option(QuestionOption option) {
    question.addOptions(option);
    return this;
  }

  /** The digest of the action that the answer decides on; it comes back with the answer. */
  public NewQuestion actionDigest(byte[] digest) {
    question.setActionDigest(ByteString.copyFrom(digest));
    return this;
  }

  /** The principal that owes the answer. If not said, the owner of the task. */
  public NewQuestion addressee(Principal principal) {
    request.setAddressee(principal);
    return this;
  }

  /** A principal that may answer as well. */
  public NewQuestion alsoAllowed(Principal principal) {
    request.addAlsoAllowed(Answerer.newBuilder().setPrincipal(principal));
    return this;
  }

  /** A role whose principals may answer as well, in lower case. */
  public NewQuestion alsoAllowedRole(String role) {
    request.addAlsoAllowed(Answerer.newBuilder().setRole(role));
    return this;
  }

  /** This worker may answer itself. */
  public NewQuestion askerMayAnswer() {
    request.setNotTheAsker(false);
    return this;
  }

  /** Without an answer in this time, the task fails. */
  public NewQuestion failAfter(Duration span) {
    return expiry(span, OnExpiry.ON_EXPIRY_FAIL, "");
  }

  /** Without an answer in this time, the task goes on without one. */
  public NewQuestion declineAfter(Duration span) {
    return expiry(span, OnExpiry.ON_EXPIRY_DECLINE, "");
  }

  /** Without an answer in this time, this answer counts. */
  public NewQuestion defaultAfter(Duration span, Object answer) {
    return expiry(span, OnExpiry.ON_EXPIRY_DEFAULT, Content.jsonOf(answer));
  }

  private NewQuestion expiry(Duration span, OnExpiry what, String answer) {
    request.setExpires(
        QuestionExpiry.newBuilder()
            .setAfter(Times.durationOf(span))
            .setOnExpiry(what)
            .setDefaultAnswer(answer));
    return this;
  }

  /** A second principal, which owes the answer, too, after this time. */
  public NewQuestion escalate(Duration after, Principal to) {
    request.setEscalate(
        QuestionEscalation.newBuilder().setAfter(Times.durationOf(after)).setTo(to));
    return this;
  }

  /** The name under which the next holder finds the answer. If not said, {@code input}. */
  public NewQuestion name(String name) {
    request.setName(name);
    return this;
  }

  /** What the next holder needs to continue. If not said, the last one that was saved stays. */
  public NewQuestion checkpoint(Object checkpoint) {
    request.setCheckpoint(Content.payloadOf(checkpoint));
    return this;
  }

  /** The contract's message, without its lease and its request id. */
  RequestInputRequest toMessage() {
    return request.build();
  }
}
