package dev.asyncgate.client;

import dev.asyncgate.v1.Scope;
import dev.asyncgate.v1.ScopeMode;

/** Makes write scopes: what a task works on, so that no two work on the same thing at once. */
public final class Scopes {
  private Scopes() {}

  /** A resource to write, such as {@code repo:shop/api}, with everything below it. */
  public static Scope write(String resource) {
    return Scope.newBuilder().setResource(resource).setMode(ScopeMode.SCOPE_MODE_WRITE).build();
  }

  /** A resource to read. Others may read it at the same time. */
  public static Scope read(String resource) {
    return Scope.newBuilder().setResource(resource).setMode(ScopeMode.SCOPE_MODE_READ).build();
  }
}
