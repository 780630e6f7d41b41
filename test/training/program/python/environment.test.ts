import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  environmentKey,
  openEnvironment,
  type PythonEnvironment,
} from "../../../../training/program/python/environment";
import { writeFakePython, type FakePython } from "./fake-python";

let folder = "";
const usualPath = process.env.PATH;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "python-"));
  await writeFile(path.join(folder, "requirements.txt"), "lightgbm==4.7.0\n");
  // No real Python or uv.
  process.env.PATH = path.join(folder, "bin");
});
afterEach(async () => {
  process.env.PATH = usualPath;
  await rm(folder, { recursive: true });
});

const python = (fake: FakePython = {}, name = "python3"): Promise<void> =>
  writeFakePython(path.join(folder, "bin"), name, fake);

function open(changes: Partial<Parameters<typeof openEnvironment>[0]> = {}): Promise<PythonEnvironment> {
  return openEnvironment({
    directory: folder,
    requirements: "requirements.txt",
    environments: path.join(folder, "environments"),
    ...changes,
  });
}

async function calls(): Promise<string[]> {
  return (await readFile(path.join(folder, "bin", "calls.log"), "utf8")).trim().split("\n");
}

test("an environment is made on first use and found again, as long as what it is made of is the same", async () => {
  await python();
  const made = await open();
  expect(made).toMatchObject({ python: "3.12.4", packages: ["lightgbm==4.7.0"] });
  expect(await calls()).toEqual(["venv", "pip"]);
  await writeFile(path.join(folder, "requirements.txt"), "# a remark\nlightgbm==4.7.0   # another\n\n");
  expect(await open()).toEqual(made);
  expect(await calls()).toHaveLength(2);
  await writeFile(path.join(folder, "requirements.txt"), "lightgbm==4.6.0\n");
  expect((await open()).interpreter).not.toBe(made.interpreter);
  expect(await calls()).toHaveLength(4);
  expect((await readdir(path.join(folder, "environments"))).filter((name) => name.endsWith(".tmp"))).toEqual(
    [],
  );
});

test("an environment whose Python has gone, or that was never finished, is made again", async () => {
  await python();
  const { interpreter } = await open();
  await rm(interpreter);
  await open();
  expect(await calls()).toHaveLength(4);
  await rm(path.join(path.dirname(interpreter), "..", "environment.json"));
  await open();
  expect(await calls()).toHaveLength(6);
});

test("a package without a version is told of", async () => {
  await python();
  await writeFile(path.join(folder, "requirements.txt"), "numpy>=2\nlightgbm==4.7.0\n");
  const lines: string[] = [];
  await open({ onOutput: (line) => lines.push(line) });
  expect(lines[0]).toBe(
    'requirements.txt does not say which version of "numpy": another day may bring another one. Pin each with ==.',
  );
});

test.each<[string, (() => Promise<void>)[], Partial<Parameters<typeof openEnvironment>[0]>, RegExp]>([
  [
    "there is no Python",
    [],
    {},
    /^No Python was found on the PATH \("python3", "python"\)\. .* needs Python 3\.9 or later\. Install it, or install uv/,
  ],
  [
    "Python is too old",
    [() => python({ version: "3.8.1" })],
    {},
    /^No fitting Python was found: python3 is 3\.8\.1\./,
  ],
  [
    "Python is another one",
    [() => python()],
    { pythonVersion: "3.11" },
    /python3 is 3\.12\.4\. .* needs Python 3\.11\..* correct the trainer's pythonVersion/,
  ],
  [
    "venv is missing",
    [() => python({ venv: "fails" })],
    {},
    /^Making a Python environment ended with exit code 1\..* python3-venv\), or install uv\..*ensurepip is not available/s,
  ],
  [
    "a package cannot be installed",
    [() => python({ pip: "fails" })],
    {},
    /^Installing the packages of requirements\.txt for Python 3\.12\.4 ended with exit code 1\..*PIP_INDEX_URL.*No matching distribution found/s,
  ],
  [
    "the list of packages is missing",
    [() => python()],
    { requirements: "gone.txt" },
    /gone\.txt does not exist\. .* Write it \(it may be empty\)/,
  ],
])("when %s, that is said, and nothing is left", async (_, prepare, changes, message) => {
  for (const each of prepare) await each();
  const opening = open(changes);
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toMatchObject({ code: "TRAINING_FAILED" });
  expect(await readdir(path.join(folder, "environments")).catch(() => [])).toEqual([]);
});

test("a Python of the version asked for is taken before others", async () => {
  await python();
  await python({ version: "3.11.9" }, "python3.11");
  expect((await open({ pythonVersion: "3.11" })).python).toBe("3.11.9");
});

test("the name of an environment says its Python, and differs by packages, version and system", () => {
  const linux = { platform: "linux", arch: "x64" };
  const key = environmentKey({ lines: ["a==1"] }, "3.12.4", linux);
  expect(key).toMatch(/^python3\.12-[0-9a-f]{12}$/);
  expect(environmentKey({ lines: ["a==1"] }, "3.12.9", linux)).toBe(key);
  const others = [
    environmentKey({ lines: ["a==2"] }, "3.12.4", linux),
    environmentKey({ lines: ["a==1"] }, "3.13.0", linux),
    environmentKey({ lines: ["a==1"] }, "3.12.4", { platform: "darwin", arch: "arm64" }),
  ];
  expect(new Set([key, ...others]).size).toBe(4);
});
