package dev.asyncgate.client;

import dev.asyncgate.v1.CreateTasksResult;

/** What became of one task of a batch: it was {@link Created}, or refused. */
public sealed interface Creation permits Created, Creation.Refused {
  /** The created task, or throws the error of the one that was refused. */
  Created orThrow();

  /** A task of a batch that was refused. */
  record Refused(AsyncGateException error) implements Creation {
    @Override
    public Created orThrow() {
      throw error;
    }
  }

  static Creation of(CreateTasksResult result, String requestId) {
    return result.hasError()
        ? new Refused(AsyncGateException.of(result.getError(), requestId))
        : Created.of(result.getCreated());
  }
}
