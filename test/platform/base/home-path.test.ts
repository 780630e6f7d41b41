import { mkdir } from "node:fs/promises";
import { fromHomePath, packageFromHomePath, toHomePath } from "../../../platform/base/home-path";
import { useTemporaryFolder } from "./temporary-folder";

const folder = useTemporaryFolder();

test.each([
  ["in the home", "/projects/p/.mlops/packages/cost-1", "packages/cost-1"],
  ["beside the home, as a project's data is", "/projects/p/models/cost/data.csv", "../models/cost/data.csv"],
  ["whose name begins with dots", "/projects/p/.mlops/..data.csv", "..data.csv"],
  ["outside of the project", "/data/cost.csv", "/data/cost.csv"],
])("a file %s is kept by the path that stays true when the project is moved", (_, file, stored) => {
  expect(toHomePath("/projects/p/.mlops", file)).toBe(stored);
  expect(fromHomePath("/projects/p/.mlops", stored)).toBe(file);
});

test("a package that was recorded by its absolute path is found in the home that was moved", async () => {
  const home = folder("moved");
  const before = "/home/somebody/project/.mlops/packages/cost-1";
  expect(await packageFromHomePath(home, before)).toBe(folder("moved", "packages", "cost-1"));
  expect(await packageFromHomePath(home, "packages/cost-1")).toBe(folder("moved", "packages", "cost-1"));
  const elsewhere = folder("elsewhere", "packages", "cost-1");
  await mkdir(elsewhere, { recursive: true });
  expect(await packageFromHomePath(home, elsewhere)).toBe(elsewhere);
});
