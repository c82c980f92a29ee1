// Solves the cycle of a request file and prints status, objective and what each line got.
// usage: node client.js HOST:PORT DESCRIPTOR_SET REQUEST_JSON
"use strict";

const fs = require("node:fs");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [address, descriptors, request] = process.argv.slice(2);
const definition = loader.loadFileDescriptorSetFromBuffer(fs.readFileSync(descriptors), {
  keepCase: true, // field names as in the contract
  longs: String, // int64 does not fit a JavaScript number
  enums: String,
  defaults: true,
});
const { AllocationService } = grpc.loadPackageDefinition(definition).fairlead.v1;
const client = new AllocationService(address, grpc.credentials.createInsecure());
const deadline = Date.now() + 60_000;

client.solveAllocation(JSON.parse(fs.readFileSync(request)), { deadline }, (error, answer) => {
  client.close();
  if (error) {
    console.error(`${error.code} ${error.details}`);
    process.exitCode = 1;
    return;
  }
  const { status, objective_micros, lines } = answer.decision;
  const given = lines.map((line) => `${line.line}=${line.confirmed_quantity}`);
  console.log([status, objective_micros, ...given].join(" "));
});
