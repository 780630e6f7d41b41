import path from "node:path";
import { runOutage } from "../../test/scoring/telemetry/outage";
import { count, faultsOf, type Trial } from "./trial";

/** The storage of the prediction log goes away under load, then the process is killed; each time every record has to come. */
export const predictionLogKills: Trial = {
  name: "storage away, then kill -9 of the process that logs",
  async run(folder, durationMs) {
    const end = performance.now() + durationMs;
    let [kills, acknowledged, found, differ] = [0, 0, 0, 0];
    do {
      const place = path.join(folder, String(kills));
      const [upMs, downMs] = [500 + Math.random() * 2000, 500 + Math.random() * 4000];
      const result = await runOutage({ folder: place, upMs, downMs, thinkMs: 5 });
      kills += 1;
      acknowledged += result.acknowledged;
      found += result.found;
      differ += result.repeatedDiffer;
    } while (performance.now() < end);
    return {
      done: `${kills} outages and kills`,
      found: `${count(acknowledged)} answers, ${count(found)} of them in the log`,
      faults: faultsOf({
        "records were lost": acknowledged - found,
        "records differ in their copies": differ,
      }),
    };
  },
};
