package dev.asyncgate.client;

import com.google.protobuf.Message;
import dev.asyncgate.v1.Accept;
import dev.asyncgate.v1.AppendOutputRequest;
import dev.asyncgate.v1.Bye;
import dev.asyncgate.v1.CompleteTaskRequest;
import dev.asyncgate.v1.Credit;
import dev.asyncgate.v1.Decline;
import dev.asyncgate.v1.Drain;
import dev.asyncgate.v1.FailTaskRequest;
import dev.asyncgate.v1.HandOffRequest;
import dev.asyncgate.v1.ReleaseLeaseRequest;
import dev.asyncgate.v1.ReportProgressRequest;
import dev.asyncgate.v1.RequestInputRequest;
import dev.asyncgate.v1.Settled;
import dev.asyncgate.v1.StartTaskRequest;
import dev.asyncgate.v1.SuspendTaskRequest;
import dev.asyncgate.v1.WorkRequest;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What a worker has to send, until it is answered. Items wait in the order in which they were put
 * and leave in frames. Those that were not answered are sent again on the next stream, in the same
 * order and under the same request ids, so nothing is lost and nothing is done twice. Handlers put
 * items from their threads; what puts them bounds their number.
 */
final class Outbox {
  /**
   * Well below the 1 MiB that a server accepts; several small frames are as fast as a large one.
   */
  private static final int FRAME_BYTES_WANTED = 256 * 1024;

  /** The size of an item that fills a frame alone. */
  static final int ITEM_BYTES_MAX = 1024 * 1024 - 1024;

  /** The parts of a frame that items go into. */
  enum Part {
    ACCEPTS((frame, item) -> frame.addAccepts((Accept) item)),
    DECLINES((frame, item) -> frame.addDeclines((Decline) item)),
    STARTS((frame, item) -> frame.addStarts((StartTaskRequest) item)),
    PROGRESS((frame, item) -> frame.addProgress((ReportProgressRequest) item)),
    OUTPUTS((frame, item) -> frame.addOutputs((AppendOutputRequest) item)),
    COMPLETES((frame, item) -> frame.addCompletes((CompleteTaskRequest) item)),
    SUSPENDS((frame, item) -> frame.addSuspends((SuspendTaskRequest) item)),
    HAND_OFFS((frame, item) -> frame.addHandOffs((HandOffRequest) item)),
    QUESTIONS((frame, item) -> frame.addQuestions((RequestInputRequest) item)),
    FAILS((frame, item) -> frame.addFails((FailTaskRequest) item)),
    RELEASES((frame, item) -> frame.addReleases((ReleaseLeaseRequest) item)),
    DRAIN((frame, item) -> frame.setDrain((Drain) item)),
    BYE((frame, item) -> frame.setBye((Bye) item));

    private final BiConsumer<WorkRequest.Builder, Message> adder;

    Part(BiConsumer<WorkRequest.Builder, Message> adder) {
      this.adder = adder;
    }
  }

  /** A part of a frame. Its message may be replaced until it is sent. */
  static final class Item {
    private final Part part;
    private final Optional<String> key;
    private final Consumer<Settled> onAnswer;
    private Message message;
    private boolean isSent;

    /** The answer is recognized by the key, which is the request id or the token. */
    Item(Part part, Message message, String key, Consumer<Settled> onAnswer) {
      this.part = part;
      this.message = message;
      this.key = Optional.of(key);
      this.onAnswer = onAnswer;
    }

    /** Without an answer. */
    Item(Part part, Message message) {
      this.part = part;
      this.message = message;
      this.key = Optional.empty();
      this.onAnswer = settled -> {};
    }
  }

  private final ArrayDeque<Item> queue = new ArrayDeque<>();
  private final Map<String, Item> sent = new LinkedHashMap<>();
  private int listItemsMax = 500;

  /** The most items of one list of a frame, as the server says. */
  synchronized void limitLists(int itemsMax) {
    listItemsMax = itemsMax;
  }

  /** Returns false and takes nothing if the item fits into no frame. */
  synchronized boolean put(Item item) {
    if (item.message.getSerializedSize() > ITEM_BYTES_MAX) {
      return false;
    }
    // One that is sent again stays sent: its request id stands for its content.
    queue.add(item);
    return true;
  }

  /** Returns false if the item was sent already, or if the message would fit into no frame. */
  synchronized boolean replace(Item item, Message by) {
    if (item.isSent || by.getSerializedSize() > ITEM_BYTES_MAX) {
      return false;
    }
    item.message = by;
    return true;
  }

  synchronized int waiting() {
    return queue.size();
  }

  synchronized int unanswered() {
    return sent.size();
  }

  void answer(Settled settled) {
    // Only accepts have no request id.
    String key =
        settled.getRequestId().isEmpty() ? settled.getLeaseToken() : settled.getRequestId();
    Item item;
    synchronized (this) {
      item = sent.remove(key);
    }
    if (item != null) {
      item.onAnswer.accept(settled);
    }
  }

  /** For a new stream: unanswered items go first. */
  synchronized void resend() {
    ArrayDeque<Item> later = new ArrayDeque<>(queue);
    queue.clear();
    queue.addAll(sent.values());
    queue.addAll(later);
    sent.clear();
  }

  /** The next frame; empty if there is nothing to send. */
  synchronized Optional<WorkRequest> take(int credits) {
    if (queue.isEmpty() && credits == 0) {
      return Optional.empty();
    }
    WorkRequest.Builder frame = WorkRequest.newBuilder();
    if (credits > 0) {
      frame.setCredit(Credit.newBuilder().setTasks(credits));
    }
    Map<Part, Integer> counts = new EnumMap<>(Part.class);
    int bytes = 0;
    for (Iterator<Item> items = queue.iterator(); items.hasNext(); ) {
      Item item = items.next();
      int size = item.message.getSerializedSize();
      int count = counts.merge(item.part, 1, Integer::sum);
      // An item that does not fit waits with all behind it, so items of a lease keep their order.
      if (count > listItemsMax || (bytes > 0 && bytes + size > FRAME_BYTES_WANTED)) {
        break;
      }
      bytes += size;
      items.remove();
      item.part.adder.accept(frame, item.message);
      item.isSent = true;
      item.key.ifPresent(key -> sent.put(key, item));
    }
    return Optional.of(frame.build());
  }
}
