/**
 * In place of what Pulumi's SDK does to name promises that never end: it takes the stack of every promise, which the test
 * runner maps back to sources each time. That was a third of the processor time of the tests of the infrastructure.
 */
module.exports = {
  ...require("@pulumi/pulumi/runtime/debuggable"),
  debuggablePromise: (promise) => promise,
};
