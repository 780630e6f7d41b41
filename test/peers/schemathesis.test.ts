import path from "node:path";
import { describeUnless, runTool, skipReason, useService } from "./python-tools";

/** Bodies made for each address and way to make them. */
const examples = 60;

describeUnless(skipReason, "the description of the service, held to account by schemathesis", () => {
  const service = useService();

  test("whatever is sent, fitting the schemas or not, no answer is a 5xx or another than is described", async () => {
    const config = ["--config-file", path.join(__dirname, "schemathesis.toml")];
    const limits = ["--max-examples", String(examples), "--seed", "1", "--request-timeout", "20"];
    const { code, output } = await runTool(
      "schemathesis",
      [...config, "run", `${service.url}/openapi.json`, ...limits, "--mode", "all", "--no-color"],
      { cwd: service.folder },
    );
    // All it says is in the message of a failure.
    expect(code === 0 ? "" : output).toBe("");
    expect(Number(/(\d+) generated/.exec(output)?.[1])).toBeGreaterThan(1000);
  }, 180_000);
});
