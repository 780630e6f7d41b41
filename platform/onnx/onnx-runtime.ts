/** The ONNX runtime's module. */
export type OnnxRuntime = typeof import("onnxruntime-node");

/**
 * Loads the ONNX runtime, which most commands do not need. Its own reports to its maker about models, machine and use
 * are on by default since 1.29; they are switched off here, before the library is there to read the variable.
 */
export function loadOnnxRuntime(): OnnxRuntime {
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  return require("onnxruntime-node") as OnnxRuntime;
}
