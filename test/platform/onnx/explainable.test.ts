import { writeFile } from "node:fs/promises";
import { isExplainable } from "../../../platform/onnx/explainable";
import { signature, writeCostModel } from "../../scoring/model-fixture";
import { useTemporaryFolder } from "../base/temporary-folder";

const folder = useTemporaryFolder();

test("a linear model says what each feature adds; another graph does not", async () => {
  await writeCostModel(folder("model"));
  expect(await isExplainable(folder("model"), signature)).toBe(true);
  // As a graph that no trainer of ours has written, which the ONNX runtime alone reads.
  await writeFile(folder("model", "model.onnx"), "");
  expect(await isExplainable(folder("model"), signature)).toBe(false);
});
