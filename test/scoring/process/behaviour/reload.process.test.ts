import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { KeepAliveClients } from "../keep-alive-clients";
import { row, writeCostModel } from "../../model-fixture";
import { slowServer, until, usePrograms, type ScoringProgram } from "../scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();
const body = JSON.stringify({ data: [row] });

async function writePackage(version: number, name = "cost"): Promise<void> {
  const model = `${name}:${version}`;
  await mkdir(folder(`package-${version}`));
  await writeFile(folder(`package-${version}`, "package.json"), JSON.stringify({ model }));
  await writeCostModel(folder(`package-${version}`, "model"), version);
}

/** Lets the link that the process follows point to another package, in one step. */
async function pointTo(version: number): Promise<void> {
  await symlink(folder(`package-${version}`, "model"), folder("link"));
  await rename(folder("link"), folder("current"));
}

async function startWithLink(
  more: Record<string, string> = {},
): Promise<{ program: ScoringProgram; port: number }> {
  await writePackage(1);
  await pointTo(1);
  const settings = {
    MLOPS_MODEL_DIRECTORY: folder("current"),
    WAIT_MS: "3",
    MLOPS_CONCURRENCY: "8",
    ...more,
  };
  const program = start(settings, slowServer);
  return { program, port: await program.port() };
}

test("SIGHUP goes on with the version that the link points to, without a lost request", async () => {
  const { program, port } = await startWithLink();
  const clients = new KeepAliveClients(16, { port, body });
  for (const version of [2, 3, 4]) {
    await writePackage(version);
    await pointTo(version);
    const reloaded = program.message();
    program.signal("SIGHUP");
    expect(await reloaded).toEqual({ reloaded: `cost:${version}` });
    const answers = clients.answers;
    await until(() => clients.answers > answers + 50);
  }
  const seen = await clients.end();
  expect(seen.errors).toEqual([]);
  expect(seen.refused).toBe(0);
  expect(Object.keys(seen.statuses)).toEqual(["200"]);
  expect(seen.models).toEqual(["cost:1", "cost:2", "cost:3", "cost:4"]);
  // Each version before is freed after its last request.
  await until(() => program.output.includes("cost:3 has answered its last request"));
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
});

test("a version that cannot serve is refused, and the one before goes on", async () => {
  const { program, port } = await startWithLink();
  const clients = new KeepAliveClients(4, { port, body });
  const refusal = async (): Promise<unknown> => {
    const message = program.message();
    program.signal("SIGHUP");
    return (await message).refused;
  };
  await writePackage(2);
  await writeFile(folder("package-2", "model", "model.onnx"), "no model");
  await pointTo(2);
  expect(await refusal()).toMatch(/model\.onnx is not a model/);
  await writePackage(3, "price");
  await pointTo(3);
  expect(await refusal()).toMatch(/is price:3, another model than cost:1/);
  await writeCostModel(folder("bare", "model"));
  await symlink(folder("bare", "model"), folder("link"));
  await rename(folder("link"), folder("current"));
  expect(await refusal()).toMatch(/is in no package, so its version is not known/);
  const seen = await clients.end();
  expect(seen).toMatchObject({ errors: [], refused: 0, models: ["cost:1"] });
  expect(Object.keys(seen.statuses)).toEqual(["200"]);
  await until(() => program.output.match(/The reload is refused; cost:1 goes on/g)?.length === 3);
});
