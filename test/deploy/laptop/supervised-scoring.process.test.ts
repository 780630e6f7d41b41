import { mkdir, writeFile } from "node:fs/promises";
import { SupervisedScoring } from "../../../deploy/laptop/supervised-scoring";
import { definition } from "../../cli/report/report-fixture";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

/** A program that says that it is ready, and no more. */
const program = `process.once("disconnect", () => process.exit(0)).once("SIGTERM", () => process.exit(0));
setInterval(() => undefined, 1000);
process.send({ port: 1 });
`;

async function supervise(): Promise<SupervisedScoring> {
  await mkdir(folder("package"), { recursive: true });
  const manifest = { model: "cost:1", serving: definition.serving };
  await writeFile(folder("package", "package.json"), JSON.stringify(manifest));
  await writeFile(folder("scoring.cjs"), program);
  const release = { model: "cost:1", package: folder("package"), digest: "0".repeat(64) as never };
  const options = {
    environment: "prod",
    entry: folder("scoring.cjs"),
    predictions: folder("predictions"),
    logFile: folder("scoring.log"),
    logLevel: "error",
    testKey: "k",
  };
  const scoring = new SupervisedScoring(release, options, () => undefined);
  await scoring.start();
  return scoring;
}

test("a process that had got ready is started again within a second, however often it is killed", async () => {
  const scoring = await supervise();
  let longestMs = 0;
  for (let kill = 0; kill < 8; kill += 1) {
    process.kill(scoring.pid ?? 0, "SIGKILL");
    const begun = performance.now();
    await scoring.settle(1);
    expect(await scoring.use(10_000, (port) => Promise.resolve(port))).toBe(1);
    longestMs = Math.max(longestMs, performance.now() - begun);
  }
  await scoring.retire();
  // The pause was five seconds by then, and a request waits for ten.
  expect(longestMs).toBeLessThan(4000);
});
