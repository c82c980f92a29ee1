// Solves the cycle of a request file and prints status, objective and what each line got.
// usage: node client.js HOST:PORT FAIRLEAD_FOLDER REQUEST_JSON
// FAIRLEAD_FOLDER: the folder `fairlead` of the contract, with v1 and third_party
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [address, contract, request] = process.argv.slice(2);
const definition = loader.loadSync("fairlead/v1/allocation_service.proto", {
  includeDirs: [path.dirname(contract), path.join(contract, "third_party")],
  keepCase: true, // field names as in the contract
  longs: String, // int64 does not fit a JavaScript number
  enums: String,
  defaults: true,
});
const { AllocationService } = grpc.loadPackageDefinition(definition).fairlead.v1;
const client = new AllocationService(address, grpc.credentials.createInsecure(), {
  // a timeout for every call, and retries where a call may be repeated
  "grpc.service_config": fs.readFileSync(path.join(contract, "v1/service_config.json"), "utf8"),
});
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
