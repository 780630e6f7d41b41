import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Gives each test of the file an empty folder of its own, which is removed after it. */
export function useTemporaryFolder(): (...parts: string[]) => string {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mlops-test-"));
  });
  // What a test has begun may still be writing its last file.
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return (...parts) => path.join(folder, ...parts);
}
