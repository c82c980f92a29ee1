package main

import (
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/proto"
)

// codec writes messages with google.golang.org/protobuf. A grpc-go that is built on
// github.com/golang/protobuf 1.4 or later does so by itself; Debian 12 ships an older pair.
type codec struct{}

func init() { encoding.RegisterCodec(codec{}) }

func (codec) Name() string                        { return "proto" }
func (codec) Marshal(message any) ([]byte, error) { return proto.Marshal(message.(proto.Message)) }
func (codec) Unmarshal(body []byte, into any) error {
	return proto.Unmarshal(body, into.(proto.Message))
}
