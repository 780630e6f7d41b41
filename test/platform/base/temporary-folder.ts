import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Gives each test of the file an empty folder of its own, which is removed after it. */
export function useTemporaryFolder(): (...parts: string[]) => string {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mlops-test-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return (...parts) => path.join(folder, ...parts);
}
