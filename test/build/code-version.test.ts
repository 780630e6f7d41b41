import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { codeVersion } from "../../build/code-version";

let folder: string;
let commit: string;

const at = (...parts: string[]): string => path.join(folder, ...parts);
const git = (place: string, ...args: string[]): string =>
  execFileSync("git", ["-C", place, "-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
    encoding: "utf8",
  });

async function write(name: string, text = "x"): Promise<string> {
  await mkdir(path.dirname(at(name)), { recursive: true });
  await writeFile(at(name), text);
  return at(name);
}

function commitAll(place: string): string {
  git(place, "add", "--all");
  git(place, "commit", "--quiet", "--message", "all");
  return git(place, "rev-parse", "HEAD").trim();
}

const modelAt = (name: string) => ({ definition: at(name, "model.ts"), data: at(name, "data.csv") });
const version = (name: string) => codeVersion(modelAt(name), at("product"));

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "mlops-code-")));
  await write("product/platform/a.ts");
  await write("product/models/churn/model.ts");
  await write("product/models/churn/data.csv");
  await write("product/.gitignore", ".mlops/\nprivate/\n");
  git(folder, "init", "--quiet", "product");
  commit = commitAll(at("product"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a model in the repository", () => {
  test("that is committed as it is, is what the commit says", async () => {
    expect(await version("product/models/churn")).toEqual({ commit, dirty: false });
  });

  test("whose folder was never committed is not the commit's", async () => {
    await write("product/models/snow/model.ts");
    await write("product/models/snow/train.py");
    await write("product/models/snow/data.csv");
    expect(await version("product/models/snow")).toEqual({
      commit,
      dirty: true,
      untracked: ["models/snow/model.ts", "models/snow/train.py"],
    });
    expect(await version("product/models/churn")).toEqual({ commit, dirty: false });
  });

  test("that git was told to ignore is not the commit's, either", async () => {
    await write("product/models/private/model.ts");
    expect(await version("product/models/private")).toEqual({
      commit,
      dirty: true,
      untracked: ["models/private/model.ts"],
    });
  });

  test("that was changed, or whose program was, is dirty", async () => {
    await write("product/models/churn/model.ts", "y");
    expect(await version("product/models/churn")).toEqual({ commit, dirty: true });
  });

  test("is dirty by a file of the program that git does not know, not by one that is no code", async () => {
    await write("product/scored.csv");
    await write("product/.mlops/run.json");
    await write("product/docs/draft.md");
    expect(await version("product/models/churn")).toEqual({ commit, dirty: false });
    await write("product/platform/new.ts");
    expect(await version("product/models/churn")).toEqual({
      commit,
      dirty: true,
      untracked: ["platform/new.ts"],
    });
  });

  test("may keep data out of git, as a file or a folder", async () => {
    await write("product/models/churn/rows/1.csv");
    const model = { ...modelAt("product/models/churn"), data: at("product/models/churn/rows") };
    expect(await codeVersion(model, at("product"))).toEqual({ commit, dirty: false });
    const gone = { ...model, data: at("product/models/churn/gone/rows.csv") };
    expect(await codeVersion(gone, at("product"))).toMatchObject({ dirty: true });
  });

  test("is found where a link leads to the repository", async () => {
    await symlink(at("product"), at("link"));
    expect(await codeVersion(modelAt("link/models/churn"), at("link"))).toEqual({ commit, dirty: false });
  });
});

describe("a model outside of the repository", () => {
  test("in none says so", async () => {
    await write("elsewhere/churn/model.ts");
    expect(await version("elsewhere/churn")).toEqual({ commit, dirty: false, model: {} });
  });

  test("in one of its own has the commit of that, which says whether it is as committed", async () => {
    await write("team/churn/model.ts");
    await write("team/other/model.ts");
    git(folder, "init", "--quiet", "team");
    expect(await version("team/churn")).toEqual({ commit, dirty: false, model: {} });
    const own = commitAll(at("team"));
    expect(await version("team/churn")).toEqual({
      commit,
      dirty: false,
      model: { commit: own, dirty: false },
    });
    await write("team/churn/train.py");
    await write("team/other/train.py");
    expect(await version("team/churn")).toEqual({
      commit,
      dirty: false,
      model: { commit: own, dirty: true, untracked: ["churn/train.py"] },
    });
  });
});

test("a copy of the program without git has no commit, and a build counts every model", async () => {
  expect(await codeVersion(undefined, folder)).toEqual({});
  expect(await codeVersion(undefined, at("product"))).toEqual({ commit, dirty: false });
  await write("product/models/snow/model.ts");
  expect(await codeVersion(undefined, at("product"))).toEqual({
    commit,
    dirty: true,
    untracked: ["models/snow/model.ts"],
  });
});
