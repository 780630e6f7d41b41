import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { sourceVersionOf } from "../../build/source";
import { useTemporaryFolder } from "../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const paths = ["training", "models", ":(exclude)models/churn/data.csv"];

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", folder(), "-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
    encoding: "utf8",
  }).trim();

async function write(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(folder(name)), { recursive: true });
  await writeFile(folder(name), text);
}

async function commit(name: string, text: string): Promise<string> {
  await write(name, text);
  git("add", "--all");
  git("commit", "--quiet", "--message", name);
  return git("rev-parse", "HEAD");
}

const version = () => sourceVersionOf(paths, folder());

beforeEach(async () => {
  await write("package.json", '{ "version": "1.2.3" }');
});

describe("where the sources of an image stand", () => {
  beforeEach(() => git("init", "--quiet"));

  test("is the commit that changed them last, whatever was committed since", async () => {
    const code = await commit("training/main.ts", "1");
    const before = await version();
    expect(before).toEqual({
      version: "1.2.3",
      revision: code,
      createdAt: new Date(Number(git("show", "-s", "--format=%ct", code)) * 1000).toISOString(),
    });
    await commit("docs/page.md", "a page");
    await commit("models/churn/data.csv", "a,b");
    expect(await version()).toEqual(before);
    const model = await commit("models/churn/model.ts", "model");
    expect((await version()).revision).toBe(model);
  });

  test("is dirty by a change or a new file of theirs, not by one elsewhere", async () => {
    const code = await commit("training/main.ts", "1");
    await write("docs/draft.md", "draft");
    await write("models/churn/data.csv", "a,b");
    expect((await version()).revision).toBe(code);
    await write("training/new.ts", "2");
    expect((await version()).revision).toBe(`${code}-dirty`);
  });

  test("is not known before anything of theirs was committed", async () => {
    await commit("docs/page.md", "a page");
    expect(await version()).toMatchObject({ revision: "", createdAt: "1970-01-01T00:00:00.000Z" });
  });
});

test("a copy of the sources without Git has no commit", async () => {
  expect(await version()).toEqual({
    version: "1.2.3",
    revision: "",
    createdAt: "1970-01-01T00:00:00.000Z",
  });
});
