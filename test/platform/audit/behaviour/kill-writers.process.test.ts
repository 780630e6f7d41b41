import path from "node:path";
import { openLocalStorage } from "../../../../platform/storage/local-storage";
import { startChild } from "../../base/child-process";
import { useTemporaryFolder } from "../../base/temporary-folder";
import { promotion, trailIn } from "../trail.contract";

const program = path.join(__dirname, "..", "fixtures", "write-entries.ts");

describe("an audit trail whose writers are killed", () => {
  const folder = useTemporaryFolder();

  test("has whole entries in a chain, and takes more", async () => {
    const children = [1, 2].map(() => startChild(program, [folder("audit"), folder("seen.json")]));
    for (const child of children) for (let line = 0; line < 5; line += 1) await child.line();
    await Promise.all(children.map((child) => child.kill()));
    const trail = trailIn(openLocalStorage(folder("audit")), folder("seen.json"));
    const before = await trail.verify();
    expect(before.faults).toEqual([]);
    expect(before.entries.length).toBeGreaterThanOrEqual(10);
    await trail.record(promotion);
    expect((await trail.verify()).entries).toHaveLength(before.entries.length + 1);
  });
});
