"""The generated stubs of the contract `fairlead.v1` (sources: the .proto files beside them)."""
