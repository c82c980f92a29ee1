import com.google.protobuf.util.JsonFormat;
import fairlead.v1.AllocationServiceGrpc;
import fairlead.v1.SolveAllocationRequest;
import fairlead.v1.Decision;
import fairlead.v1.DecisionLine;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Solves the cycle of a request file and prints status, objective and what each line got. */
public final class Client {
  public static void main(String[] arguments) throws Exception {
    SolveAllocationRequest.Builder request = SolveAllocationRequest.newBuilder();
    JsonFormat.parser().merge(Files.readString(Path.of(arguments[1])), request);

    ManagedChannel channel = NettyChannelBuilder.forTarget(arguments[0]).usePlaintext().build();
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
}
