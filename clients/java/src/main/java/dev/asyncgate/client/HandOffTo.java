package dev.asyncgate.client;

import dev.asyncgate.v1.HandOffTarget;
import dev.asyncgate.v1.Principal;
import dev.asyncgate.v1.Requirements;
import java.util.List;

/** Who does a task next, for {@link Job#handOff}. Each method narrows it and returns it. */
public final class HandOffTo {
  private final HandOffTarget.Builder target = HandOffTarget.newBuilder();

  private HandOffTo() {}

  /** This principal, and no other. */
  public static HandOffTo principal(Principal principal) {
    HandOffTo made = new HandOffTo();
    made.target.setPrincipal(principal);
    return made;
  }

  /** Any worker that has all of these. */
  public static HandOffTo capabilities(String... capabilities) {
    HandOffTo made = new HandOffTo();
    made.target.setRequirements(
        Requirements.newBuilder().addAllCapabilities(List.of(capabilities)));
    return made;
  }

  /** Any worker of this queue. */
  public static HandOffTo queue(String queue) {
    return new HandOffTo().inQueue(queue);
  }

  /** The queue that it waits in from now on. */
  public HandOffTo inQueue(String queue) {
    target.setQueue(queue);
    return this;
  }

  HandOffTarget toMessage() {
    return target.build();
  }
}
