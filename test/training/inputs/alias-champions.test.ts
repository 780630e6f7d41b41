import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { openRegistry } from "../../../platform/registry/open-registry";
import { aliasChampions } from "../../../training/inputs/alias-champions";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const temporary = useTemporaryFolder();

function registry() {
  return openRegistry(temporary("registry"), { report: ({ message }) => void message });
}

async function register(content: string) {
  const folder = temporary(`model-${content}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "MLmodel"), content);
  return registry().register("cost", folder, {});
}

test("the champion is the version that the alias names, not the newest, downloaded", async () => {
  const first = await register("first");
  await register("second");
  expect(await aliasChampions(registry(), temporary("none")).find("cost")).toBeUndefined();
  await registry().setAlias(first, "champion");
  const champion = await aliasChampions(registry(), temporary("found")).find("cost");
  expect(champion?.model).toBe("cost:1");
  expect(await readFile(path.join(champion?.directory ?? "", "MLmodel"), "utf8")).toBe("first");
});

test("without a registry there is none", async () => {
  expect(await aliasChampions(undefined, temporary("nowhere")).find("cost")).toBeUndefined();
});
