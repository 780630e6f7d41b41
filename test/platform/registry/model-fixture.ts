import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Makes a small folder that looks like a model directory; `content` tells one from another. */
export async function makeModelDirectory(directory: string, content = "one"): Promise<string> {
  await mkdir(path.join(directory, "extra"), { recursive: true });
  await writeFile(path.join(directory, "MLmodel"), "flavors: {}\n");
  await writeFile(path.join(directory, "model.onnx"), `${content}\0`.repeat(2000));
  await writeFile(path.join(directory, "extra", "golden.json"), `{"content":"${content}"}\n`);
  return directory;
}
