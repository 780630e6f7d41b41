import { logRun } from "../../../cli/runs/log-run";
import { PlatformError } from "../../../platform/base/errors";
import { MlflowStandIn } from "../../platform/registry/mlflow/mlflow-stand-in";

const run = { id: "run-1", model: "cost" };
const { signal } = new AbortController();

test("a run is logged to the server that keeps the versions, and nowhere where a folder does", async () => {
  const server = await new MlflowStandIn().start();
  try {
    const warn = (message: string): never => {
      throw new Error(message);
    };
    await logRun({ locate: () => Promise.resolve("local"), warn, signal }, run, {});
    expect(server.seen).toEqual([]);
    await logRun({ locate: () => Promise.resolve(server.trackingUri), warn, signal }, run, {});
    expect(server.runs.size).toBe(1);
  } finally {
    await server.close();
  }
});

test("a server that cannot be located is told of", async () => {
  const warned: string[] = [];
  const locate = (): Promise<string> => Promise.reject(new PlatformError("CONFLICT", "No stack."));
  await logRun({ locate, warn: (message) => void warned.push(message), signal }, run, {});
  expect(warned).toEqual(["Not logged: No stack."]);
});
