import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageChampions } from "../../../training/inputs/package-champions";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const temporary = useTemporaryFolder();

test("the champion is the model that the package's manifest names", async () => {
  const folder = temporary("package");
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ model: "cost:3" }));
  expect(await packageChampions(folder).find("cost")).toEqual({
    model: "cost:3",
    directory: path.join(folder, "model"),
  });
});

test("without a folder there is none", async () => {
  expect(await packageChampions(undefined).find("cost")).toBeUndefined();
});

test("a folder that is not a package is refused", async () => {
  await expect(packageChampions(temporary("empty")).find("cost")).rejects.toThrow(
    "is not a package of a model. A folder made by `mlops package` is expected.",
  );
});
