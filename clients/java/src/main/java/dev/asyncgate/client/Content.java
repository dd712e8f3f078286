package dev.asyncgate.client;

import com.google.protobuf.ByteString;
import dev.asyncgate.v1.Payload;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a payload carries: a JSON document, bytes, or a reference to what is stored elsewhere.
 *
 * <p>Wherever this kit takes an object to send, values become JSON as Jackson writes them; {@code
 * byte[]} travels as bytes; and a {@code Content} or {@link Payload} is sent as it is.
 */
public final class Content {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final Payload payload;

  private Content(Payload payload) {
    this.payload = payload;
  }

  /** The content of a payload that came from the server, such as {@code task.getCheckpoint()}. */
  public static Content of(Payload payload) {
    return new Content(payload);
  }

  /** Bytes of this media type. */
  public static Content bytes(byte[] data, String mediaType) {
    return of(
        Payload.newBuilder().setData(ByteString.copyFrom(data)).setMediaType(mediaType).build());
  }

  /** Content that is stored elsewhere. AsyncGate does not fetch it. */
  public static Content reference(String uri) {
    return of(Payload.newBuilder().setUri(uri).build());
  }

  /** The contract's message. */
  public Payload payload() {
    return payload;
  }

  /** Whether there is no content at all. The JSON document {@code null} is content. */
  public boolean isEmpty() {
    return payload.getContentCase() == Payload.ContentCase.CONTENT_NOT_SET;
  }

  /**
   * The content as an object of this type: JSON as Jackson reads it, bytes as {@code byte[]}, a
   * reference as the {@code String} of its URI. Null if there is no content.
   *
   * @throws tools.jackson.core.JacksonException if the JSON does not fit the type
   */
  public <T> T as(Class<T> type) {
    if (isEmpty()) {
      return null;
    }
    return switch (payload.getContentCase()) {
      case DATA -> type.cast(payload.getData().toByteArray());
      case URI -> type.cast(payload.getUri());
      default -> MAPPER.readValue(payload.getJson(), type);
    };
  }

  /** The JSON as an object of a generic type: {@code as(new TypeReference<List<Page>>() {})}. */
  public <T> T as(TypeReference<T> type) {
    JavaType full = MAPPER.constructType(type);
    return isEmpty() ? null : MAPPER.readValue(payload.getJson(), full);
  }

  /** The JSON as a tree. A missing node if the content is no JSON. */
  public JsonNode json() {
    return payload.hasJson() ? MAPPER.readTree(payload.getJson()) : MAPPER.missingNode();
  }

  /** The bytes. Empty if the content is no bytes. */
  public byte[] bytes() {
    return payload.getData().toByteArray();
  }

  /** Where the content is stored, if it is a reference. */
  public Optional<String> uri() {
    return payload.hasUri() ? Optional.of(payload.getUri()) : Optional.empty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Content content && content.payload.equals(payload);
  }

  @Override
  public int hashCode() {
    return payload.hashCode();
  }

  /** Says what it is, and not what is in it: payloads do not belong in logs. */
  @Override
  public String toString() {
    return "Content[" + payload.getContentCase() + ", " + payload.getSerializedSize() + " bytes]";
  }

  /** Throws a JacksonException for a value that has no JSON. */
  static Payload payloadOf(Object value) {
    if (value instanceof Payload payload) {
      return payload;
    }
    if (value instanceof Content content) {
      return content.payload;
    }
    if (value instanceof byte[] data) {
      return Payload.newBuilder().setData(ByteString.copyFrom(data)).build();
    }
    return Payload.newBuilder().setJson(jsonOf(value)).build();
  }

  static String jsonOf(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** The tree of a JSON text of the contract, in which an empty text stands for none. */
  static JsonNode treeOf(String json) {
    return json.isEmpty() ? MAPPER.missingNode() : MAPPER.readTree(json);
  }

  /** As much of a text as fits into so many bytes of UTF-8, with `?` for what has no UTF-8. */
  static String clip(String text, int bytesMax) {
    // A char takes at most three bytes.
    ByteBuffer into = ByteBuffer.allocate((int) Math.min(bytesMax, 3L * text.length()));
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(text), into, true);
    into.flip();
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(into).toString();
    } catch (CharacterCodingException bug) {
      throw new AssertionError("the encoder stops between characters", bug);
    }
  }
}
