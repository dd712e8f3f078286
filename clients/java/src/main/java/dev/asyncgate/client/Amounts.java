package dev.asyncgate.client;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;

/** Amounts of what is spent, which travel as decimal texts, so that no language rounds them. */
final class Amounts {
  private static final int FRACTION_MAX = 9;
  private static final int WHOLE_MAX = 18;

  private Amounts() {}

  /** Throws an IllegalArgumentException for what is no amount. */
  static Map<String, String> textsOf(Map<String, BigDecimal> amounts) {
    Map<String, String> texts = new LinkedHashMap<>();
    amounts.forEach((unit, amount) -> texts.put(unit, textOf(unit, amount)));
    return texts;
  }

  private static String textOf(String unit, BigDecimal amount) {
    BigDecimal plain = amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
    boolean isTooLarge = plain.precision() - plain.scale() > WHOLE_MAX;
    if (plain.signum() < 0 || plain.scale() > FRACTION_MAX || isTooLarge) {
      throw new IllegalArgumentException(
          amount + " " + unit + " is no amount: at most 18 digits, and 9 behind the point");
    }
    return plain.toPlainString();
  }

  static Map<String, BigDecimal> sum(Map<String, BigDecimal> one, Map<String, BigDecimal> other) {
    Map<String, BigDecimal> sums = new LinkedHashMap<>(one);
    other.forEach((unit, amount) -> sums.merge(unit, amount, BigDecimal::add));
    return sums;
  }
}
