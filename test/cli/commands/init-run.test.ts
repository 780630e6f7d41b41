import { mkdir } from "node:fs/promises";
import { runInit } from "../../../cli/commands/init-run";
import { loadDefinition } from "../../../platform/definition/definitions";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { writeProject } from "../init/mlopspython/a-project";

const folder = useTemporaryFolder();
let written = "";

beforeEach(async () => {
  written = "";
  await mkdir(folder("models"));
  jest.replaceProperty(process, "env", { ...process.env, MLOPS_MODELS: folder("models") });
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const definitionOf = async (name: string) =>
  (await loadDefinition(name, undefined, folder("models"))).definition;

test("a project of MLOpsPython becomes a model with its data, target, share of held-out rows and penalty", async () => {
  await runInit("measured", { fromMlopspython: await writeProject(folder("project")), json: true });
  expect(await definitionOf("measured")).toMatchObject({
    task: "regression",
    trainer: { kind: "ridge", alpha: 0.4, standardize: false },
    split: { testFraction: 0.25 },
    columns: [{ name: "A" }, { name: "B" }, { name: "Y", role: "target" }],
  });
  const result = JSON.parse(written) as { commands: string[]; counterparts: object[] };
  expect(result.commands[0]).toContain("--set model=measured");
  expect(result.counterparts).toContainEqual(expect.objectContaining({ name: "OUR_OWN" }));
});

test("what is said on the command line goes before what the project says", async () => {
  const fromMlopspython = await writeProject(folder("project"));
  await runInit("other", { fromMlopspython, target: "A", trainer: "boosted-trees" });
  const definition = await definitionOf("other");
  expect(definition.trainer.kind).toBe("boosted-trees");
  expect(definition.columns.at(-1)).toMatchObject({ name: "A", role: "target" });
  expect(written).toContain("Make the stacks with these settings:");
});

test("neither a file nor a project is refused", async () => {
  await expect(runInit("nothing", {})).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("Expected --from with a file of data, or --from-mlopspython"),
  });
});
