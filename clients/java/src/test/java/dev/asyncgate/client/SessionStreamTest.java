package dev.asyncgate.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.asyncgate.v1.HeartbeatAck;
import dev.asyncgate.v1.Hello;
import dev.asyncgate.v1.Welcome;
import dev.asyncgate.v1.WorkRequest;
import dev.asyncgate.v1.WorkResponse;
import dev.asyncgate.v1.WorkerServiceGrpc.WorkerServiceImplBase;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Against a server that a test scripts. */
class SessionStreamTest {
  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(300);

  /** When each heartbeat came. */
  private final BlockingQueue<Long> heartbeats = new LinkedBlockingQueue<>();

  private final class Script extends WorkerServiceImplBase {
    @Override
    public StreamObserver<WorkRequest> work(StreamObserver<WorkResponse> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(WorkRequest frame) {
          if (frame.hasHello()) {
            Welcome welcome = Welcome.newBuilder().setHeartbeatInterval(nanos(INTERVAL)).build();
            answers.onNext(WorkResponse.newBuilder().setWelcome(welcome).build());
          }
          if (frame.hasHeartbeat()) {
            heartbeats.add(System.nanoTime());
            long sequence = frame.getHeartbeat().getSequence();
            HeartbeatAck ack = HeartbeatAck.newBuilder().setSequence(sequence).build();
            answers.onNext(WorkResponse.newBuilder().setHeartbeatAck(ack).build());
          }
        }

        @Override
        public void onError(Throwable canceled) {
          heartbeats.clear();
        }

        @Override
        public void onCompleted() {
          answers.onCompleted();
        }
      };
    }
  }

  private static Duration nanos(long nanos) {
    return Duration.newBuilder().setNanos((int) nanos).build();
  }

  private long nextHeartbeat() throws InterruptedException {
    Long came = heartbeats.poll(Kit.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertTrue(came != null, "there was no heartbeat");
    return came;
  }

  @Test
  void aHeartbeatThatIsLateIsNotFollowedByTheNextAtOnce() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
            .addService(new Script())
            .build()
            .start();
    EventLoop loop = new EventLoop();
    try {
      URI endpoint = URI.create("http://127.0.0.1:" + server.getPort());
      SessionStream stream =
          new SessionStream(endpoint, Connection.withKey("key"), loop, new Deaf());
      WorkRequest hello = WorkRequest.newBuilder().setHello(Hello.getDefaultInstance()).build();
      loop.execute(() -> stream.open(hello));
      nextHeartbeat();
      // As if the process stood still, for longer than two heartbeats.
      CountDownLatch stands = new CountDownLatch(1);
      loop.execute(
          () -> {
            stands.countDown();
            block(3 * INTERVAL);
          });
      stands.await();
      heartbeats.clear();
      long late = nextHeartbeat();
      long gap = nextHeartbeat() - late;
      // The second of two in a row would find the first without an answer.
      assertTrue(gap > INTERVAL / 2, () -> "the next one came after " + gap + " ns");
    } finally {
      loop.close();
      server.shutdownNow();
    }
  }

  private static void block(long nanos) {
    long until = System.nanoTime() + nanos;
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  /** Is told everything, and does nothing. */
  private static final class Deaf implements SessionStream.Listener {
    @Override
    public void onWelcome(Welcome welcome) {}

    @Override
    public void onFrame(WorkResponse frame, long helloAt) {}

    @Override
    public void onAcknowledged(long sentAt) {}

    @Override
    public void onReady() {}

    @Override
    public void onEnded(SessionStream.Ending ending) {}
  }
}
