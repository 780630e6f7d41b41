const { AsyncLocalStorage } = require("node:async_hooks");
const vm = require("node:vm");
const { TestEnvironment } = require("jest-environment-node");
const keepCompiled = require("./setup/keep-compiled");

vm.compileFunction = keepCompiled(vm.compileFunction);

/** Stores that code among the tests has opened. jest's own runner opens one for each file. */
const stores = new Set();
for (const name of ["run", "enterWith"]) {
  const open = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (...args) {
    stores.add(this);
    return Reflect.apply(open, this, args);
  };
}

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

  async teardown() {
    // Node.js 20 passes each promise to every store that was ever opened: the two hundredth file of a worker would pay for
    // two hundred of them.
    for (const store of stores) store.disable();
    stores.clear();
    await super.teardown();
  }
};
