import { openKeptData } from "../../../cli/session/open-kept-data";
import { digestOf } from "../../../platform/base/files";
import type { Settings } from "../../../platform/settings/settings";
import { readSettings } from "../../../platform/settings/settings";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
afterEach(() => delete process.env.MLOPS_STACK_OUTPUTS);

/** Opens it, reads and writes; the place where it did. */
async function placeOpened(target: Settings<"cli">["target"], env: NodeJS.ProcessEnv = {}): Promise<string> {
  for (const place of ["home", "named", "stack"])
    await openLocalStorage(folder(place)).put(`m/${"0".repeat(64)}/version.json`, "{");
  const told: string[] = [];
  const kept = await openKeptData({
    settings: { ...readSettings("cli", env), target },
    workspace: { data: folder("home") },
    signal: new AbortController().signal,
    report: (message) => told.push(message),
  });
  if (kept === undefined) return "nowhere";
  expect(await kept.list("m")).toEqual([]);
  expect(told).toHaveLength(1);
  // What is written lies where it was read.
  await kept.forget({
    model: "m",
    digest: digestOf("1"),
    forgottenAt: "2026-11-28T00:00:00.000Z",
    rows: 1,
    successor: digestOf("2"),
  });
  const found: string[] = [];
  for (const place of ["home", "named", "stack"])
    if ((await openLocalStorage(folder(place)).list(`m/${digestOf("1")}`)).length > 0) found.push(place);
  return found.join();
}

test("in Azure what was trained on is where the stack that trains keeps it", async () => {
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify({
    qa: { environment: { cli: { MLOPS_DATA_VERSIONS: folder("stack") } } },
  });
  expect(await placeOpened("azure")).toBe("stack");
});

test("a place that is named goes before the stack's", async () => {
  expect(await placeOpened("azure", { MLOPS_DATA_VERSIONS: folder("named") })).toBe("named");
});

test("on this machine it is in the home, and nowhere where it is switched off", async () => {
  expect(await placeOpened("local")).toBe("home");
  expect(await placeOpened("azure", { MLOPS_DATA_VERSIONS: "off" })).toBe("nowhere");
});
