/** `npm run kernels`: compiles platform/kernels/assembly/kernels.ts into the module that platform/kernels/kernels-wasm.ts has as text. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repository } from "./repository";

const source = "platform/kernels/assembly/kernels.ts";
export const kernelsFile = path.join(repository, "platform/kernels/kernels-wasm.ts");

/** The text of the file that holds the module. Throws an error with what the compiler says of the source. */
export function compileKernels(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "mlops-kernels-"));
  try {
    const output = path.join(folder, "kernels.wasm");
    const options = ["--runtime", "stub", "--enable", "simd", "-O3", "--noAssert", "--importMemory"];
    const compiler = require.resolve("assemblyscript/bin/asc.js");
    const { status, stderr } = spawnSync(process.execPath, [compiler, source, "-o", output, ...options], {
      cwd: repository,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${source} does not compile:\n${stderr}`);
    return `/** Made of assembly/kernels.ts by \`npm run kernels\`. */\nexport const kernelsWasm =\n  "${readFileSync(output).toString("base64")}";\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (require.main === module) writeFileSync(kernelsFile, compileKernels());
