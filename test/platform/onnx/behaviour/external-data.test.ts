import { mkdir, symlink, writeFile } from "node:fs/promises";
import { Writer } from "protobufjs";
import type { Signature } from "../../../../platform/model/signature";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import { useTemporaryFolder } from "../../base/temporary-folder";

const folder = useTemporaryFolder();
const signature: Signature = {
  task: "regression",
  inputs: [{ name: "x", type: "number", nullable: false }],
  target: { name: "y" },
};

type Field = readonly [id: number, value: string | number | Uint8Array];

/** A protobuf message of these fields. */
function message(...fields: Field[]): Uint8Array {
  const writer = Writer.create();
  for (const [id, value] of fields) {
    if (typeof value === "number") writer.uint32(id << 3).int64(value);
    else if (typeof value === "string") writer.uint32((id << 3) | 2).string(value);
    else writer.uint32((id << 3) | 2).bytes(value);
  }
  return writer.finish();
}

const double = 11;

/** `prediction` = x + w, where the file at `location` begins with w (onnx.proto: ModelProto and what is in it). */
function modelWith(location: string): Uint8Array {
  const entry = (key: string, value: string): Field => [13, message([1, key], [2, value])];
  const isExternal: Field = [14, 1];
  const constant = message(
    ...([[1, 1], [2, double], [8, "w"], entry("location", location)] as const),
    ...([entry("offset", "0"), entry("length", "8"), isExternal] as const),
  );
  const shape = message([1, message([2, "N"])], [1, message([1, 1])]);
  const type = message([1, message([1, double], [2, shape])]);
  const value = (name: string): Uint8Array => message([1, name], [2, type]);
  const add = message([1, "x"], [1, "w"], [2, "prediction"], [4, "Add"]);
  const graph = message([1, add], [2, "g"], [5, constant], [11, value("x")], [12, value("prediction")]);
  return message([1, 8], [7, graph], [8, message([1, ""], [2, 17])]);
}

async function predictionWith(location: string): Promise<unknown> {
  await mkdir(folder("model"), { recursive: true });
  await writeFile(folder("secret.bin"), Float64Array.of(12_345));
  await writeFile(folder("model", "weights.bin"), Float64Array.of(7));
  await writeFile(folder("model", "model.onnx"), modelWith(location));
  const model = await OnnxModel.open(folder("model", "model.onnx"), signature);
  const { prediction } = await model.predict({ rows: 1, columns: new Map([["x", Float64Array.of(1)]]) });
  await model.close();
  return prediction[0];
}

test("a model's weights may lie in a file beside it", async () => {
  expect(await predictionWith("weights.bin")).toBe(8);
});

test("a file outside of its folder is not read, whichever way a model of a stranger names it", async () => {
  await mkdir(folder("model"), { recursive: true });
  await symlink(folder("secret.bin"), folder("model", "link.bin"));
  for (const location of ["../secret.bin", folder("secret.bin"), "link.bin", "/etc/hostname"])
    await expect(predictionWith(location)).rejects.toMatchObject({ code: "MODEL_INVALID" });
});
