import com.google.gson.Gson;
import com.google.protobuf.util.JsonFormat;
import fairlead.v1.AllocationServiceGrpc;
import fairlead.v1.Decision;
import fairlead.v1.DecisionLine;
import fairlead.v1.SolveAllocationRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Solves the cycle of a request file and prints status, objective and what each line got.
 *
 * <p>usage: java Client HOST:PORT SERVICE_CONFIG_JSON REQUEST_JSON
 */
public final class Client {
  public static void main(String[] arguments) throws Exception {
    // a timeout for every call, and retries where a call may be repeated
    Map<String, ?> config = new Gson().fromJson(read(arguments[1]), Map.class);
    SolveAllocationRequest.Builder request = SolveAllocationRequest.newBuilder();
    JsonFormat.parser().merge(read(arguments[2]), request);

    ManagedChannel channel =
        NettyChannelBuilder.forTarget(arguments[0])
            .usePlaintext()
            .defaultServiceConfig(config)
            .enableRetry()
            .build();
    try {
      Decision decision =
          AllocationServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .solveAllocation(request.build())
              .getDecision();
      StringBuilder answer = new StringBuilder();
      answer.append(decision.getStatus()).append(' ').append(decision.getObjectiveMicros());
      for (DecisionLine line : decision.getLinesList()) {
        answer.append(' ').append(line.getLine()).append('=').append(line.getConfirmedQuantity());
      }
      System.out.println(answer);
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static String read(String path) throws Exception {
    return Files.readString(Path.of(path));
  }
}
