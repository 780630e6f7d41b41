import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf } from "../../../../platform/base/files";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { toOnnx } from "../../../../training/onnx/linear-graph";
import { fitModel } from "../../../../training/trainers/trainers";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { openShippedData, shippedDefinition } from "../../shipped-data";
import { fitLinearModel } from "../fit-linear-model";

const folder = useTemporaryFolder();
const page = path.join(__dirname, "../../../../docs/how-to/train-with-your-own-program.md");
const [, program = ""] = /```sh\n(.*?)```/s.exec(readFileSync(page, "utf8")) ?? [];

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openShippedData(shippedDefinition("diabetes"));
});
afterAll(async () => {
  await engine.close();
  delete process.env.MODEL_STORE;
});

/** Trains by the guide's program, as it is on the page, in a folder with the digest of the model that is meant. */
async function trainOn(store: string, meant: Uint8Array): Promise<Uint8Array> {
  const model = folder("model");
  await mkdir(model);
  await writeFile(path.join(model, "train.sh"), program);
  await writeFile(path.join(model, "model.sha256"), `${digestOf(meant)}  model.onnx\n`);
  process.env.MODEL_STORE = store;
  const run = ["sh", "train.sh", "{data}", "{output}"];
  const { onnx } = await fitModel({
    engine,
    definition: shippedDefinition("diabetes", { trainer: { kind: "command", run } }),
    from: "data",
    commandDirectory: model,
    workDirectory: folder("work"),
  });
  return onnx;
}

// It comes with Linux, and with macOS since version 15.
const withDigests = spawnSync("sh", ["-c", "command -v sha256sum"]).status === 0 ? test : test.skip;

withDigests("the guide's program takes the model that is meant, and no other", async () => {
  const ready = toOnnx(await fitLinearModel(engine, shippedDefinition("diabetes"), "data"));
  const store = folder("store");
  await mkdir(store);
  await writeFile(path.join(store, "model.onnx"), ready);
  expect(
    Buffer.from(await trainOn(store, ready)).equals(await readFile(path.join(store, "model.onnx"))),
  ).toBe(true);

  await rm(folder("model"), { recursive: true });
  await expect(trainOn(store, Buffer.from("another"))).rejects.toThrow(
    /The trainer's program "sh" ended with exit code 1\.[^]*model\.onnx: FAILED/,
  );

  await rm(folder("model"), { recursive: true });
  await expect(trainOn(folder("nothing"), ready)).rejects.toThrow(/No such file/);
});
