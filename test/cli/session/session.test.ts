import { openSession } from "../../../cli/session/session";
import type { TargetName } from "../../../cli/session/target";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
let variables: NodeJS.ProcessEnv;

beforeEach(() => {
  variables = process.env;
  // Without a program that could be asked what a stack says.
  process.env = { ...variables, MLOPS_HOME: folder("home"), PATH: "" };
  delete process.env.MLOPS_TARGET;
  delete process.env.MLOPS_REGISTRY;
});
afterEach(() => {
  process.env = variables;
});

const open = (target?: TargetName) =>
  openSession({ json: true, signal: new AbortController().signal, attached: false, target });

test("versions are on this machine, unless the command or the settings say that they are in Azure", async () => {
  await expect((await open()).registry.list()).resolves.toEqual([]);
  await expect((await open("azure")).registry.list()).rejects.toThrow(/[Pp]ulumi/);
  process.env.MLOPS_TARGET = "azure";
  await expect((await open()).registry.list()).rejects.toThrow(/[Pp]ulumi/);
  await expect((await open("local")).registry.list()).resolves.toEqual([]);
});
