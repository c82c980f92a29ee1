// Solves the cycle of a request file and prints status, objective and what each line got.
// usage: client HOST:PORT SERVICE_CONFIG_JSON REQUEST_JSON
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	fairlead "fairlead/v1"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	address, config, body := os.Args[1], read(os.Args[2]), read(os.Args[3])
	request := &fairlead.SolveAllocationRequest{}
	if err := protojson.Unmarshal(body, request); err != nil {
		log.Fatal(err)
	}
	// a timeout for every call, and retries where a call may be repeated
	retries := grpc.WithDefaultServiceConfig(string(config))
	connection, err := grpc.Dial(address, grpc.WithInsecure(), retries)
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := fairlead.NewAllocationServiceClient(connection).SolveAllocation(ctx, request)
	if err != nil {
		log.Fatal(err)
	}
	decision := answer.GetDecision()
	fmt.Print(decision.GetStatus(), " ", decision.GetObjectiveMicros())
	for _, line := range decision.GetLines() {
		fmt.Printf(" %s=%d", line.GetLine(), line.GetConfirmedQuantity())
	}
	fmt.Println()
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return text
}
