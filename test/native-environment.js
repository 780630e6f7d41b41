const { TestEnvironment } = require("jest-environment-node");

/**
 * Jest's Node environment with the typed arrays of the process itself. A native module (onnxruntime) returns those, and
 * its JavaScript half, which runs among the tests, asks whether they are instances of the classes it sees.
 */
module.exports = class NativeEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    // Node's own. Jest's is 100, and Pulumi's SDK takes a stack with each promise that it makes.
    this.global.Error.stackTraceLimit = 10;
    Object.assign(this.global, { Float64Array, Float32Array, BigInt64Array, Uint8Array });
  }
};
