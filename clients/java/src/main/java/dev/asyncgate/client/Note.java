package dev.asyncgate.client;

import dev.asyncgate.v1.Progress;

/** What a handler says about its progress. Each method changes this object and returns it. */
public final class Note {
  private final Progress.Builder progress = Progress.newBuilder();
  private boolean receipted;

  private Note() {}

  /** How much is done, from 0 to 100. */
  public static Note percent(double percent) {
    Note made = new Note();
    made.progress.setPercent(percent);
    return made;
  }

  /** Only words. */
  public static Note of(String message) {
    return new Note().message(message);
  }

  /** A message for people. */
  public Note message(String message) {
    progress.setMessage(message);
    return this;
  }

  /** A value that says more and becomes JSON. */
  public Note detail(Object detail) {
    progress.setDetail(Content.jsonOf(detail));
    return this;
  }

  /** It is written to the ledger, too. Other notes may be merged into later ones. */
  public Note receipted() {
    receipted = true;
    return this;
  }

  boolean isReceipted() {
    return receipted;
  }

  Progress toMessage() {
    return progress.build();
  }
}
