import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { CommandScope } from "../../../../cli/commands/command-scope";
import { runCli } from "../../../../cli/commands/program";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

beforeEach(() => {
  jest.spyOn(process.stdout, "write").mockReturnValue(true);
});

afterEach(() => {
  delete process.env.MLOPS_HOME;
  jest.restoreAllMocks();
});

/** Runs a verb in a home; gives what it failed with. */
async function run(words: string, home: string): Promise<unknown> {
  process.env.MLOPS_HOME = home;
  return runCli(new CommandScope(), ["node", "mlops", ...words.split(" ")]).catch((error: unknown) => error);
}

/** When what is in a home was last written, by its path. A file that came and went shows in its folder. */
async function writtenAt(home: string): Promise<Record<string, bigint>> {
  const names = ["", ...(await readdir(home, { recursive: true })).toSorted()];
  const times = await Promise.all(
    names.map(async (name) => [name, (await stat(path.join(home, name), { bigint: true })).mtimeNs] as const),
  );
  return Object.fromEntries(times);
}

describe("what only reads writes nothing to the home", () => {
  test.each([
    "runs",
    "runs compare a b",
    "runs check",
    "status",
    "registry list",
    "registry show diabetes:1",
    "audit",
    "audit verify",
    "data versions",
    "data check",
  ])("mlops %s", async (words) => {
    const before = await writtenAt(folder());
    await run(words, folder());
    expect(await writtenAt(folder())).toEqual(before);
  });
});

// Permissions do not bind root, but /sys takes nobody's files.
(process.platform === "linux" ? describe : describe.skip)("in a home that can only be read", () => {
  test.each(["runs", "runs check", "status", "registry list", "audit", "data versions"])(
    "mlops %s says what there is",
    async (words) => {
      expect(await run(words, "/sys")).toBeUndefined();
    },
  );

  test.each(["train", "lifecycle", "stop", "monitor", "serve", "rollback --reason why"])(
    "mlops %s says at once that it cannot write",
    async (words) => {
      expect(await run(words, "/sys")).toMatchObject({
        code: "STORAGE_FAILED",
        message: expect.stringMatching(/^Cannot write to \/sys\. .*MLOPS_HOME/),
      });
    },
  );
});
