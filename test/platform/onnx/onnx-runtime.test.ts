import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { modelFiles } from "../../../platform/model/model-directory";
import { writeCostModel } from "../../scoring/model-fixture";
import { useTemporaryFolder } from "../base/temporary-folder";
import { listFiles } from "../../../platform/base/files";

const temporary = useTemporaryFolder();

test("the ONNX runtime keeps no device id for reports to its maker", async () => {
  await writeCostModel(temporary("model"));
  const module = path.join(__dirname, "../../../platform/onnx/onnx-runtime");
  const load = `require(${JSON.stringify(module)}).loadOnnxRuntime()
    .InferenceSession.create(process.argv[1])
    .then(({ inputNames }) => console.log(inputNames.length))`;
  // Without the variables of a test run, which the runtime takes as a reason to report nothing.
  const env = { PATH: process.env.PATH, HOME: temporary("home") };
  const program = ["--require", "tsx/cjs", "--eval", load, temporary("model", modelFiles.onnx)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, program, { env });
  expect([stdout.trim(), stderr]).toEqual(["5", ""]);
  const kept = (await listFiles(temporary())).filter((file) => file.startsWith("home/"));
  expect(kept).toEqual([]);
});
