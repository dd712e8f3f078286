package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.asyncgate.v1.Payload;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

class ContentTest {
  record Page(String title, List<Integer> numbers, Instant seen) {}

  private static Content sent(Object value) {
    return Content.of(Content.payloadOf(value));
  }

  @Test
  void recordsComeBackAsTheyWere() {
    Page page = new Page("Grüße, 世界 🌍", List.of(1, 2), Instant.parse("2026-11-30T12:00:00.5Z"));
    assertEquals(page, sent(page).as(Page.class));
    assertEquals(List.of(page), sent(List.of(page)).as(new TypeReference<List<Page>>() {}));
  }

  @Test
  void numbersKeepWhatTheyAre() {
    BigInteger large = new BigInteger("123456789012345678901234567890");
    assertEquals(large, sent(large).json().bigIntegerValue());
    assertEquals("[1,2.5,-3]", sent(List.of(1, 2.5, -3)).payload().getJson());
    assertEquals(Map.of("n", 1), sent(Map.of("n", 1)).as(Map.class));
  }

  @Test
  void bytesAndReferencesAreNoJson() {
    byte[] data = {0, -1, 34};
    assertArrayEquals(data, sent(data).as(byte[].class));
    assertArrayEquals(data, Content.bytes(data, "image/png").bytes());
    assertEquals("s3://bucket/key", Content.reference("s3://bucket/key").as(String.class));
    assertEquals("s3://bucket/key", Content.reference("s3://bucket/key").uri().orElseThrow());
    assertTrue(sent(data).json().isMissingNode());
    Payload payload = Payload.newBuilder().setJson("{ }").build();
    assertSame(payload, Content.payloadOf(payload));
  }

  @Test
  void nullIsContentAndNoContentIsNone() {
    assertEquals("null", sent(null).payload().getJson());
    assertFalse(sent(null).isEmpty());
    Content none = Content.of(Payload.getDefaultInstance());
    assertTrue(none.isEmpty());
    assertNull(none.as(Page.class));
  }

  @Test
  void whatDoesNotFitTheTypeIsToldWhereItIsRead() {
    assertThrows(JacksonException.class, () -> sent("text").as(Page.class));
    assertThrows(ClassCastException.class, () -> sent(new byte[1]).as(Page.class));
  }

  @Test
  void theContentIsNotInItsName() {
    assertFalse(sent("secret").toString().contains("secret"));
  }

  @Test
  void textsAreClippedBetweenCharacters() {
    assertEquals("abc", Content.clip("abcd", 3));
    assertEquals("aé", Content.clip("aé世", 5));
    assertEquals("🌍", Content.clip("🌍🌍", 7));
    assertEquals("a?b", Content.clip("a\ud800b", 10));
  }
}
