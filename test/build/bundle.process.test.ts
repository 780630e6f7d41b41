import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { digestOfDirectory } from "../../platform/base/files";
import { costOf, row, writeCostModel } from "../scoring/model-fixture";

const repository = path.join(__dirname, "../..");
const run = promisify(execFile);

let folder: string;

async function build(name: string, image: string): Promise<void> {
  const program = ["--require", "tsx/cjs", "build/main.ts", path.join(folder, name), image];
  await run(process.execPath, program, { cwd: repository });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-build-"));
  await build("dist", "scoring");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the built service", () => {
  test("answers without TypeScript, starting from a package, and ends with 0 on SIGTERM", async () => {
    const packaged = path.join(folder, "dist/scoring/package");
    await mkdir(packaged);
    await writeCostModel(path.join(packaged, "model"), 1);
    const modelDigest = await digestOfDirectory(path.join(packaged, "model"));
    const manifest = { model: "cost:1", modelDigest, serving: { maxRows: 2 } };
    await writeFile(path.join(packaged, "package.json"), JSON.stringify(manifest));
    const child = spawn(process.execPath, [path.join(folder, "dist/scoring/app/server.js")], {
      cwd: folder,
      env: { PATH: process.env.PATH, MLOPS_ENVIRONMENT: "qa", MLOPS_PORT: "0" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    try {
      const [{ port }] = (await once(child, "message")) as [{ port: number }];
      const ask = (rows: unknown[]): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}/score`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ data: rows }),
        });
      expect(await (await ask([row])).json()).toMatchObject({ result: [costOf(row, 1)], model: "cost:1" });
      expect((await ask([row, row, row])).status).toBe(413);
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      expect((await ended)[0]).toBe(0);
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("reads the large packages that few deployments use from a file of their own", async () => {
    const app = path.join(folder, "dist/scoring/app");
    const server = await readFile(path.join(app, "server.js"), "utf8");
    expect(server).toContain('require("./rare-packages.js")["@azure/identity"]');
    expect(server).not.toMatch(/rare-packages\.js\?/);
    const map = JSON.parse(await readFile(path.join(app, "server.js.map"), "utf8")) as { sources: string[] };
    expect(map.sources.filter((source) => source.includes("node_modules/@azure"))).toEqual([]);
    const print = `console.log(Object.keys(require("./rare-packages.js")["@azure/identity"]).length > 10)`;
    expect((await run(process.execPath, ["--eval", print], { cwd: app })).stdout.trim()).toBe("true");
  });

  test("is small: native libraries of this system only", async () => {
    const libraries = await readdir(
      path.join(folder, "dist/scoring/node_modules/onnxruntime-node/bin/napi-v6"),
      {
        recursive: true,
      },
    );
    expect(libraries.filter((name) => /\.(dll|dylib)$|darwin|win32/.test(name))).toEqual([]);
    const { size } = await stat(path.join(folder, "dist/scoring/app/server.js"));
    expect(size).toBeLessThan(5e6);
  });
});

test("building twice gives the same files", async () => {
  const digest = (name: string): Promise<string> => digestOfDirectory(path.join(folder, name, "scoring/app"));
  await build("again", "scoring");
  expect(await digest("again")).toBe(await digest("dist"));
});
