import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { costOf, row, writeCostModel } from "../scoring/model-fixture";
import { ScoringProgram } from "../scoring/process/scoring-program";

const execute = promisify(execFile);

/**
 * The Python of the tools that hold the scoring service to account: PEERS_TOOLS_PYTHON, an interpreter with the packages
 * of `test/peers/requirements-tools.txt`. They need other versions than those of `requirements.txt`.
 */
const python = process.env.PEERS_TOOLS_PYTHON;

/** Why the tests that need the tools are skipped; undefined when they are not. */
export const skipReason =
  python === undefined
    ? "PEERS_TOOLS_PYTHON is not set"
    : existsSync(python)
      ? undefined
      : `PEERS_TOOLS_PYTHON is ${python}, which does not exist`;

/** Says in the name of a group of tests why it is skipped, if it is. */
export function describeUnless(reason: string | undefined, name: string, tests: () => void): void {
  if (reason === undefined) describe(name, tests);
  else describe.skip(`${name} (skipped: ${reason})`, tests);
}

/** Rows of the cost model, with a feature of each type, and what it predicts. */
export const rows = [row, { age: 50, bmi: 30.5, smoker: false, region: "north", town: "Zürich" }];
export const costs = rows.map((each) => costOf(each));

/** Runs a program of the tools' environment; answers its exit code and all that it printed. */
export async function runTool(
  program: string,
  args: readonly string[],
  { cwd = __dirname }: { readonly cwd?: string } = {},
): Promise<{ code: number; output: string }> {
  const file = program === "python" ? (python ?? "") : path.join(path.dirname(python ?? ""), program);
  const env = {
    ...process.env,
    PYTHONPATH: __dirname,
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONWARNINGS: "ignore",
    MLFLOW_DISABLE_TELEMETRY: "true",
    SCHEMATHESIS_HOOKS: "schemathesis_hooks",
  };
  try {
    const { stdout } = await execute(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== "number") throw error;
    return { code, output: `${stdout}\n${stderr}` };
  }
}

/** Runs a script of this folder that prints JSON; throws with all that it printed when it fails. */
export async function askByScript(script: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, output } = await runTool("python", [path.join(__dirname, script), ...args]);
  if (code !== 0) throw new Error(output);
  return JSON.parse(output) as Record<string, unknown>;
}

/** A scoring process with the cost model for the tests of a file. */
export function useService(): { url: string; folder: string } {
  const service = { url: "", folder: "" };
  let program: ScoringProgram | undefined;
  beforeAll(async () => {
    service.folder = await mkdtemp(path.join(tmpdir(), "mlops-tools-"));
    const model = path.join(service.folder, "model");
    await writeCostModel(model);
    program = ScoringProgram.start({
      MLOPS_MODEL_DIRECTORY: model,
      MLOPS_PREDICTION_LOG: path.join(service.folder, "log"),
    });
    service.url = `http://127.0.0.1:${await program.port()}`;
  });
  afterAll(async () => {
    await program?.kill();
    await rm(service.folder, { recursive: true, force: true });
  });
  return service;
}
