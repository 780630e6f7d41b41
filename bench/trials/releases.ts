import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../platform/base/errors";
import { readEnvironments } from "../../platform/release/environments";
import {
  processesOf,
  score,
  startLoad,
  TestEnvironment,
  until,
  type Answered,
} from "../../test/deploy/laptop/environment-fixture";
import { costOf, row } from "../../test/scoring/model-fixture";
import { count, faultsOf, type Outcome, type Trial } from "./trial";

const { production } = readEnvironments();
const full = { weight: 100, shadow: 0 };
/** Longest pause between two blows, in milliseconds. */
const longestPauseMs = 1500;
/** Longest time until a service is whole again, in milliseconds. */
const recoveryMs = 60_000;

function answersOf(answers: readonly Answered[]): Pick<Outcome, "found" | "faults"> {
  const failed = answers.filter(({ status }) => status !== 200).length;
  const wrong = answers.filter(
    ({ status, model, body }) =>
      status === 200 && body.result?.[0] !== costOf(row, Number(model?.split(":")[1])),
  ).length;
  return {
    found: `${count(answers.length)} requests, ${failed} failed, ${wrong} with a wrong prediction`,
    faults: faultsOf({ "requests failed": failed, "predictions were wrong": wrong }),
  };
}

/** An environment that serves, for as long as something is tried on it. */
async function withService(
  work: (environment: TestEnvironment, url: string) => Promise<Outcome>,
): Promise<Outcome> {
  const environment = await TestEnvironment.create();
  try {
    const deployer = environment.deployer();
    await deployer.deploy(production, environment.release(1), full);
    const { url = "" } = await deployer.promote(production, "cost");
    return await work(environment, url);
  } finally {
    await environment.remove();
  }
}

/** `kill -9` of the process that scores, again and again, while clients ask. */
export const scoringKills: Trial = {
  name: "kill -9 of the scoring process under load",
  run: (_folder, durationMs) =>
    withService(async (environment, url) => {
      const { process: gateway } = await environment.gateway(production);
      const load = startLoad(url, 4);
      const end = performance.now() + durationMs;
      let kills = 0;
      while (performance.now() < end) {
        await sleep(Math.random() * longestPauseMs);
        const pids = await processesOf(environment.workspace.home);
        const victim = pids.find((pid) => pid !== gateway.pid);
        if (victim === undefined) continue;
        process.kill(victim, "SIGKILL");
        kills += 1;
        // One that is not ready yet is not killed: requests wait for a start, but not for one after the other.
        await until(async () => (await score(url)).status === 200, recoveryMs);
      }
      return { done: `${kills} kills`, ...answersOf(await load.stop()) };
    }),
};

/** Releases come, are promoted and taken back, while clients ask. */
export const releaseChanges: Trial = {
  name: "deploy, weight, promote and rollback under load",
  run: (_folder, durationMs) =>
    withService(async (environment, url) => {
      const deployer = environment.deployer();
      const load = startLoad(url, 4);
      const end = performance.now() + durationMs;
      let changes = 0;
      for (let version = 2; performance.now() < end; version = version === 8 ? 2 : version + 1) {
        await deployer.deploy(production, environment.release(version), { weight: 20, shadow: 20 });
        await deployer.weight(production, "cost", { weight: 50, shadow: 0 });
        await deployer.promote(production, "cost");
        changes += 3;
        if (version % 2 === 0) {
          await deployer.rollback(production, "cost");
          changes += 1;
        }
      }
      return { done: `${changes} changes`, ...answersOf(await load.stop()) };
    }),
};

/** `kill -9` of the gateway; its scoring process has to end, and what was deployed to serve again. */
export const gatewayKills: Trial = {
  name: "kill -9 of the gateway, then resume",
  run: (_folder, durationMs) =>
    withService(async (environment) => {
      const end = performance.now() + durationMs;
      let [kills, left, lost] = [0, 0, 0];
      while (performance.now() < end) {
        await sleep(Math.random() * longestPauseMs);
        process.kill((await environment.gateway(production)).process.pid, "SIGKILL");
        kills += 1;
        const ended = async (): Promise<boolean> =>
          (await processesOf(environment.workspace.home)).length === 0;
        await until(ended, recoveryMs).catch(() => (left += 1));
        try {
          const { url = "" } = await environment.deployer().resume(production, "cost");
          if ((await score(url)).model !== "cost:1") lost += 1;
        } catch (error) {
          console.error(reasonOf(error));
          lost += 1;
        }
      }
      return {
        done: `${kills} kills`,
        found: `${left} left processes behind, ${lost} lost what was deployed`,
        faults: faultsOf({ "kills left processes": left, "kills lost what was deployed": lost }),
      };
    }),
};
