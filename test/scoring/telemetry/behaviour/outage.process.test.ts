import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { runOutage } from "../outage";

const folder = useTemporaryFolder();

test("the storage goes, then the process is killed: every acknowledged record is in the storage once it is back", async () => {
  const result = await runOutage({ folder: folder(), upMs: 1500, downMs: 2500, thinkMs: 2 });
  expect(result.acknowledged).toBeGreaterThan(500);
  expect(result.found).toBe(result.acknowledged);
  expect(result.repeatedDiffer).toBe(0);
  // Slower by a retry or a timeout of the storage it would be by hundreds of milliseconds.
  expect(result.p99Ms.down).toBeLessThan(3 * result.p99Ms.up + 30);
});
