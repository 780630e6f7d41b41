import { setTimeout as sleep } from "node:timers/promises";
import type { ModelVersion } from "../../platform/registry/registry";
import { until, Workplace } from "../../test/e2e/mlops";
import { count, faultsOf, type Trial } from "./trial";

/** About as long as a run takes, in milliseconds; a kill comes at any moment of it. */
const runMs = 12_000;

/** `kill -9` of a whole run at random moments; the next command has to find a workspace that it can work in. */
export const runKills: Trial = {
  name: "kill -9 of a whole run at a random moment",
  async run(_folder, durationMs) {
    const place = new Workplace();
    try {
      const end = performance.now() + durationMs;
      let [kills, left, unreadable] = [0, 0, 0];
      do {
        const started = place.start(["lifecycle", "--yes"]);
        await sleep(Math.random() * runMs);
        started.process.kill("SIGKILL");
        await started.ended;
        kills += 1;
        const ended = async (): Promise<boolean> => (await place.processes()).length === 0;
        await until(ended, 30_000).catch(() => (left += 1));
        if ((await place.run(["status"])).code !== 0) unreadable += 1;
      } while (performance.now() < end);
      const last = await place.run(["lifecycle", "--yes"], { MLOPS_ON_NO_PROMOTION: "continue" });
      const versions = await place.json<ModelVersion[]>(["registry", "list"]);
      let broken = 0;
      for (const { name, version } of versions)
        if ((await place.run(["registry", "show", `${name}:${version}`])).code !== 0) broken += 1;
      const halfWritten = (await place.halfWritten()).length;
      return {
        done: `${kills} kills`,
        found: `${count(versions.length)} versions, ${broken} broken; the run after them ended with ${last.code}; ${halfWritten} files half-written`,
        faults: faultsOf({
          "kills left processes": left,
          "times status failed": unreadable,
          "versions were broken": broken,
          "files were half-written": halfWritten,
          "last runs failed": last.code === 0 ? 0 : 1,
        }),
      };
    } finally {
      await place.remove();
    }
  },
};
