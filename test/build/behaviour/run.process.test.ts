import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rename, rm, symlink, utimes, writeFile, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { repository } from "../../../build/repository";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const temporary = useTemporaryFolder();

/** A small repository with a program of two sources. */
beforeEach(async () => {
  await mkdir(temporary("here", "cli"), { recursive: true });
  await mkdir(temporary("here", "build"));
  await cp(path.join(repository, "build", "run.cjs"), temporary("here", "build", "run.cjs"));
  await symlink(path.join(repository, "node_modules"), temporary("here", "node_modules"));
  await writeFile(
    temporary("here", "cli", "main.ts"),
    'import { word } from "./word";\nconsole.log(word, process.argv.slice(2).join("+"));\n',
  );
  await say("one");
});

function say(word: string): Promise<void> {
  return writeFile(temporary("here", "cli", "word.ts"), `export const word: string = "${word}";\n`);
}

async function run(where = "here", ...args: string[]): Promise<string> {
  const runner = temporary(where, "build", "run.cjs");
  // Without what a test gives to processes in place of tsx.
  const env = { PATH: process.env.PATH };
  const program = [runner, "cli/main.ts", ...args];
  const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: temporary(where), env });
  return stdout.trim();
}

const compiled = (): string => temporary("here", "dist", "programs", "cli-main.js");

test("a program is compiled on first use, and runs with its arguments", async () => {
  expect(await run("here", "a", "b")).toBe("one a+b");
  expect(await readFile(compiled(), "utf8")).toContain('"one"');
});

test("what was compiled is used until a source changes", async () => {
  await run();
  const { mtimeMs } = await stat(compiled());
  await run();
  expect((await stat(compiled())).mtimeMs).toBe(mtimeMs);
  await say("two");
  expect(await run()).toBe("two");
  // As long as before, but changed at another time.
  await say("six");
  await utimes(temporary("here", "cli", "word.ts"), 1, 1);
  expect(await run()).toBe("six");
});

test("a source that is saved while all are compiled is compiled the next time", async () => {
  const saving = `
    const [fs, Module] = [require("node:fs"), require("node:module")];
    const load = Module._load;
    Module._load = (name, ...rest) => {
      const loaded = load(name, ...rest);
      if (name !== "esbuild") return loaded;
      const build = (options) => loaded.build(options).finally(() => {
        fs.writeFileSync("cli/word.ts", 'export const word = "saved";');
      });
      return { ...loaded, build };
    };`;
  await writeFile(temporary("saving.cjs"), saving);
  await promisify(execFile)(
    process.execPath,
    ["--require", temporary("saving.cjs"), "build/run.cjs", "cli/main.ts"],
    {
      cwd: temporary("here"),
      env: { PATH: process.env.PATH },
    },
  );
  expect(await readFile(compiled(), "utf8")).toContain('"one"');
  expect(await run()).toBe("saved");
});

test("what somebody put in its place is compiled again", async () => {
  await run();
  await writeFile(compiled(), 'console.log("cut sho');
  expect(await run()).toBe("one");
});

test("a source knows its place, also after the repository was moved", async () => {
  await writeFile(
    temporary("here", "cli", "word.ts"),
    "export const word = [__dirname, __filename].join();\n",
  );
  const places = (where: string): string =>
    `${temporary(where, "cli")},${temporary(where, "cli", "word.ts")}`;
  expect(await run()).toBe(places("here"));
  await rename(temporary("here"), temporary("there"));
  expect(await run("there")).toBe(places("there"));
});

test("without a folder to write to, the sources themselves are run", async () => {
  await writeFile(temporary("here", "dist"), "");
  expect(await run("here", "a")).toBe("one a");
});

test("a file of TypeScript that it is given is read, too", async () => {
  const main = "const { word } = require(process.argv[2] ?? '') as { word: string };\nconsole.log(word);\n";
  await writeFile(temporary("here", "cli", "main.ts"), main);
  const text = 'import type { Word } from "./other";\nexport const word: Word = "given";\n';
  await writeFile(temporary("given.ts"), text);
  expect(await run("here", temporary("given.ts"))).toBe("given");
});

test("a source that cannot be compiled is named", async () => {
  await writeFile(temporary("here", "cli", "word.ts"), "export const word = ;\n");
  await expect(run()).rejects.toThrow(/word\.ts:1:20: ERROR: Unexpected ";"/);
});

test("many at once all run, compiled or not", async () => {
  await rm(temporary("here", "dist"), { recursive: true, force: true });
  expect(await Promise.all(Array.from({ length: 6 }, () => run()))).toEqual(Array(6).fill("one"));
});

test("what the engine made of a program is used from its second start on, and not of another program", async () => {
  const made = async (): Promise<string[]> =>
    (await readdir(temporary("here", "dist", "programs"))).filter((name) => name.endsWith(".cache"));
  await run();
  const [first = "", ...others] = await made();
  expect(others).toEqual([]);
  const { mtimeMs } = await stat(temporary("here", "dist", "programs", first));
  expect(await run()).toBe("one");
  expect((await stat(temporary("here", "dist", "programs", first))).mtimeMs).toBe(mtimeMs);
  // A program of the same length, by which alone the engine would tell them apart.
  await say("two");
  expect(await run()).toBe("two");
  expect(await run()).toBe("two");
  const after = await made();
  expect(after).toHaveLength(1);
  expect(after).not.toEqual([first]);
});

test("what the engine cannot use is made again", async () => {
  await run();
  const [first = ""] = (await readdir(temporary("here", "dist", "programs"))).filter((name) =>
    name.endsWith(".cache"),
  );
  const file = temporary("here", "dist", "programs", first);
  await writeFile(file, "nothing of the kind");
  expect(await run()).toBe("one");
  expect((await stat(file)).size).toBeGreaterThan(100);
});
