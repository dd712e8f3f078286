package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "0.00,0",
    "1800,1800",
    "1E3,1000",
    "0.120,0.12",
    "999999999999999999.999999999,999999999999999999.999999999"
  })
  void amountsArePlainTexts(String amount, String text) {
    assertEquals(Map.of("usd", text), Amounts.textsOf(Map.of("usd", new BigDecimal(amount))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "0.0000000001", "1000000000000000000"})
  void whatIsNoAmountIsRefusedWhereItIsWritten(String amount) {
    Map<String, BigDecimal> wrong = Map.of("usd", new BigDecimal(amount));
    assertThrows(IllegalArgumentException.class, () -> Amounts.textsOf(wrong));
  }

  @Test
  void sumsAreExact() {
    Map<String, BigDecimal> tenth = Map.of("usd", new BigDecimal("0.1"));
    Map<String, BigDecimal> sum = Map.of("tokens", BigDecimal.ONE);
    for (int times = 0; times < 10; times++) {
      sum = Amounts.sum(sum, tenth);
    }
    assertEquals(Map.of("usd", "1", "tokens", "1"), Amounts.textsOf(sum));
  }
}
