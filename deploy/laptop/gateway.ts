import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { reasonOf } from "../../platform/base/errors";
import { acquireLock } from "../../platform/base/lock";
import { ownIdentity } from "../../platform/base/process-identity";
import { describeSettings } from "../../platform/settings/describe-settings";
import type { Settings } from "../../platform/settings/settings";
import { openWorkspace, requireWritable } from "../../platform/settings/workspace";
import { createAdminServer } from "./admin-server";
import { DeploymentFiles } from "./deployment-file";
import { Environment } from "./environment";
import { closeGracefully, listen } from "../../platform/http/listening";
import { Proxy } from "./proxy";
import { keepLogsSmall } from "./trim-log";
import { createPublicServer } from "./public-server";
import { testKeyOf } from "./test-key";

interface GatewayOptions {
  readonly settings: Settings<"gateway">;
  /** Program of its scoring processes. */
  readonly entry: string;
  /** Called when the operator asks for the end. */
  readonly onStop: () => void;
}

/**
 * Brings up the gateway of one environment and model. Returns what ends it: requests in flight are answered, then
 * its scoring processes end.
 */
export async function startGateway({
  settings,
  entry,
  onStop,
}: GatewayOptions): Promise<() => Promise<void>> {
  const { environment: name, modelName, host, logLevel, trustedKeys } = settings;
  const workspace = await openWorkspace(settings.home);
  await requireWritable(workspace);
  const files = new DeploymentFiles(workspace, name, modelName);
  const lock = await acquireLock(files.lock, `gateway of ${modelName} in ${name}`);
  const log = pino({ level: logLevel });
  const report = (message: string): void => log.warn(message);
  log.info({ settings: describeSettings(settings) }, "starting");
  const stopTrimming = keepLogsSmall([files.gatewayLog, files.scoringLog], (error) =>
    report(reasonOf(error)),
  );

  const { predictions } = workspace;
  const token = randomBytes(24).toString("base64url");
  const testKey = testKeyOf({ token });
  const launch = {
    environment: name,
    entry,
    predictions,
    logFile: files.scoringLog,
    logLevel,
    testKey,
    ...(trustedKeys !== undefined && { trustedKeys }),
  };
  const environment = new Environment({ files, launch, report });
  const proxy = new Proxy({ report, testKey });
  const publicServer = createPublicServer({ routing: () => environment.routing, proxy, testKey, report });
  // The port is taken before anything is started: a taken one is the commonest fault, and found at once.
  const port = await listen(publicServer, { host, port: settings.port });
  await environment.open();
  const url = `http://${host}:${port}`;
  const adminServer = createAdminServer({ environment, token, url, stop: onStop });
  const adminPort = await listen(adminServer, { host: "127.0.0.1", port: 0 });
  await files.writeGateway({ process: ownIdentity(), url, adminPort, token });
  log.info({ port }, "ready");
  return async () => {
    log.info("stopping");
    stopTrimming();
    await closeGracefully(publicServer);
    await environment.close();
    proxy.close();
    await files.removeGateway();
    await lock.release();
    log.info("stopped");
  };
}
