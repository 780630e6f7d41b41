import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { mix, placesOf } from "../../test/scoring/dialects/hostile-parts";
import { row, writeCostModel } from "../../test/scoring/model-fixture";
import { ScoringProgram } from "../../test/scoring/process/scoring-program";
import { count, faultsOf, type Outcome, type Trial } from "./trial";
import { scorePath } from "../../scoring/dialects/score-path";

const good = JSON.stringify({ data: [row] });

async function statusOf(url: string, body: string, type: string): Promise<number> {
  const headers = { "content-type": type };
  try {
    const answer = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(60_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

/** A scoring process with a listener for its health, for as long as something is tried on it. */
async function withScoring(
  folder: string,
  work: (url: string, healthUrl: string) => Promise<Outcome>,
): Promise<Outcome> {
  await writeCostModel(`${folder}/model`);
  const program = ScoringProgram.start({
    MLOPS_MODEL_DIRECTORY: `${folder}/model`,
    MLOPS_HEALTH_PORT: "0",
    MLOPS_LOG_LEVEL: "error",
  });
  try {
    const { port, healthPort } = await program.message();
    return await work(`http://127.0.0.1:${Number(port)}`, `http://127.0.0.1:${Number(healthPort)}`);
  } finally {
    await program.kill();
  }
}

/** Bodies of every kind that a parser, a pattern or a list could stumble over, for every address. */
export const hostileBodies: Trial = {
  name: "hostile bodies at every address",
  run: (folder, durationMs) =>
    withScoring(folder, async (url) => {
      const places = placesOf("cost");
      const end = performance.now() + durationMs;
      let [asked, failed, unanswered, bytes, slowestMs] = [0, 0, 0, 0, 0];
      while (performance.now() < end) {
        const [path, type, place] = places[asked % places.length] ?? [scorePath, "application/json", "#"];
        const body = place.replace("#", () => mix(Math.random, 10_000 + Math.random() * 1_000_000));
        const begun = performance.now();
        const status = await statusOf(url + path, body, type);
        slowestMs = Math.max(slowestMs, performance.now() - begun);
        asked += 1;
        bytes += body.length;
        if (status >= 500) failed += 1;
        if (status === 0) unanswered += 1;
      }
      const lives = (await statusOf(`${url}${scorePath}`, good, "application/json")) === 200;
      return {
        done: `${count(asked)} bodies, ${count(Math.round(bytes / 1e6))} MB`,
        found: `${failed} answered with 5xx, ${unanswered} not answered; slowest ${Math.round(slowestMs)} ms`,
        faults: faultsOf({
          "bodies failed": failed,
          "bodies were not answered": unanswered,
          "services died": lives ? 0 : 1,
        }),
      };
    }),
};

const silent = [
  "",
  "POST /score HTTP/1.1\r\nhost: x\r\ncontent-le",
  "POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{",
];

/** One address takes all the connections that it gets and says nothing; a client of another address has to be answered. */
export const silentClients: Trial = {
  name: "silent connections of one address",
  run: (folder, durationMs) =>
    withScoring(folder, async (url, healthUrl) => {
      const end = performance.now() + durationMs;
      let [opened, asked, refused, unhealthy, slowestMs] = [0, 0, 0, 0, 0];
      const open = new Set<Socket>();
      while (performance.now() < end) {
        while (open.size < 2000) {
          // Another address of this machine than that of the client below.
          const to = { port: Number(new URL(url).port), host: "127.0.0.1", localAddress: "127.0.0.2" };
          const socket = connect(to, () => socket.write(silent[opened % silent.length] ?? ""));
          socket.on("error", () => undefined).on("close", () => open.delete(socket));
          open.add(socket);
          opened += 1;
        }
        const begun = performance.now();
        if ((await statusOf(`${url}${scorePath}`, good, "application/json")) !== 200) refused += 1;
        slowestMs = Math.max(slowestMs, performance.now() - begun);
        if (!(await fetch(`${healthUrl}/healthz`)).ok) unhealthy += 1;
        asked += 1;
        await sleep(100);
      }
      for (const socket of open) socket.destroy();
      return {
        done: `${count(opened)} silent connections`,
        found: `${count(asked)} requests of another address, ${refused} failed, slowest ${Math.round(slowestMs)} ms; ${unhealthy} times not alive`,
        faults: faultsOf({ "requests failed": refused, "times it was not alive": unhealthy }),
      };
    }),
};
