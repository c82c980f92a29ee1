"""The contract of Fairlead: `fairlead.v1` (generated stubs) and `fairlead.wire` (the converter)."""
