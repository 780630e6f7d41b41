import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { auditedByJob } from "../../../training/job/job-audit";
import { trailIn } from "../../platform/audit/trail.contract";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { makeModelDirectory } from "../../platform/registry/model-fixture";

const folder = useTemporaryFolder();
const open = () => openLocalRegistry(folder("registry"), { report: () => undefined });
const job = { env: { AZUREML_RUN_ID: "brave_kite" }, warn: () => undefined };

test("a job records its registration where the settings say, by its id", async () => {
  const registry = auditedByJob(open(), { audit: folder("audit") }, job);
  await registry.register("diabetes", await makeModelDirectory(folder("model")), { run: "r1" });
  const { entries } = await trailIn(openLocalStorage(folder("audit"))).verify();
  expect(entries).toMatchObject([
    { act: "register", state: "begun", actor: { job: "brave_kite" } },
    { act: "register", state: "done", details: { version: "diabetes:1", run: "r1" } },
  ]);
});

test("a job without the setting registers without a record", () => {
  const registry = open();
  expect(auditedByJob(registry, { audit: undefined }, job)).toBe(registry);
});
