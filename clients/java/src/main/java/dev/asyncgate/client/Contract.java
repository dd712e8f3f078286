package dev.asyncgate.client;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import dev.asyncgate.options.v1.Failure;
import dev.asyncgate.options.v1.OptionsProto;
import dev.asyncgate.v1.ErrorReason;
import io.grpc.Status;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the contract says about errors, read from its descriptors: which reasons are retryable, and
 * the code of each.
 */
final class Contract {
  private static final String PREFIX = "ERROR_REASON_";

  /** Reasons from this number on are faults of the server; below it, the caller has to change. */
  private static final int SERVER_REASONS_FROM = 80;

  private static final Map<Integer, Failure> FAILURES = new HashMap<>();
  private static final Map<Integer, String> NAMES = new HashMap<>();

  /** Codes of reasons that are not retryable. */
  private static final Set<Integer> FINAL_CODES = new HashSet<>();

  static {
    for (EnumValueDescriptor value : ErrorReason.getDescriptor().getValues()) {
      if (value.getNumber() == 0) {
        continue;
      }
      Failure failure = value.getOptions().getExtension(OptionsProto.failure);
      FAILURES.put(value.getNumber(), failure);
      NAMES.put(value.getNumber(), value.getName().substring(PREFIX.length()));
      if (!failure.getRetryable()) {
        FINAL_CODES.add(failure.getGrpcCode());
      }
    }
  }

  private Contract() {}

  static String reasonName(int reason) {
    return NAMES.getOrDefault(reason, "REASON_" + reason);
  }

  /** Empty for a reason that is newer than this kit. */
  static Optional<Boolean> isRetryableReason(int reason) {
    return Optional.ofNullable(FAILURES.get(reason)).map(Failure::getRetryable);
  }

  static boolean isServerReason(int reason) {
    return reason >= SERVER_REASONS_FROM;
  }

  /**
   * Every error of the service has a reason, so an error without one comes from the way to it: a
   * broken connection, a proxy. It is retryable unless the service uses its code for errors that
   * are not.
   */
  static boolean isRetryableCode(Status.Code code) {
    return !FINAL_CODES.contains(code.value());
  }

  /** The reason that means the same as a code without a reason. */
  static ErrorReason reasonOfCode(Status.Code code) {
    return switch (code) {
      case ABORTED, CANCELLED, UNKNOWN -> ErrorReason.ERROR_REASON_UNAVAILABLE;
      default -> {
        for (Map.Entry<Integer, String> reason : NAMES.entrySet()) {
          if (reason.getValue().equals(code.name())) {
            yield ErrorReason.forNumber(reason.getKey());
          }
        }
        yield ErrorReason.ERROR_REASON_UNSPECIFIED;
      }
    };
  }
}
