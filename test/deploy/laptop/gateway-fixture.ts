import { Proxy } from "../../../deploy/laptop/proxy";
import { createPublicServer } from "../../../deploy/laptop/public-server";
import { SupervisedScoring } from "../../../deploy/laptop/supervised-scoring";
import { TrackSampler } from "../../../deploy/laptop/track-sampler";
import { TrafficSplitter } from "../../../deploy/laptop/traffic-splitter";
import { digestOf } from "../../../platform/base/files";
import { closeGracefully, listen } from "../../../platform/http/listening";

export const testKey = "the-key-of-our-tests";

export interface OpenGateway {
  readonly port: number;
  readonly sampler: TrackSampler;
  close(): Promise<void>;
}

/** The scoring of a version whose process is not started. */
export function idleScoring(version: number): SupervisedScoring {
  const release = { model: `cost:${version}`, package: "/nowhere", digest: digestOf(`${version}`) };
  const launch = {
    environment: "qa",
    entry: "/nowhere",
    predictions: "/nowhere",
    logFile: "/nowhere",
    logLevel: "info",
    testKey,
  };
  return new SupervisedScoring(release, launch, () => undefined);
}

/** A gateway's listener whose stable version is whatever answers at a port. */
export async function openGateway(scoringPort: number): Promise<OpenGateway> {
  const scoring = idleScoring(3);
  jest.spyOn(scoring, "use").mockImplementation((_waitMs, task) => task(scoringPort));
  const sampler = new TrackSampler();
  const routing = {
    stable: { name: "stable" as const, scoring, sampler },
    splitter: new TrafficSplitter({ weight: 0, shadow: 0 }),
  };
  const report = (): void => undefined;
  const proxy = new Proxy({ report, testKey });
  const server = createPublicServer({ routing: () => routing, proxy, testKey, report });
  const port = await listen(server, { host: "127.0.0.1", port: 0 });
  return {
    port,
    sampler,
    async close() {
      proxy.close();
      server.closeAllConnections();
      await closeGracefully(server);
    },
  };
}
