import { repository } from "../../build/repository";
import { reasonOf } from "../../platform/base/errors";
import { openStorage } from "../../platform/storage/open-storage";
import type { Storage } from "../../platform/storage/storage";
import { AzureClient } from "../../platform/azure/azure-client";
import { parseModelRef } from "../../platform/definition/model-ref";
import { environmentsBefore, readEnvironments } from "../../platform/release/environments";
import type { Target } from "../../platform/release/target";
import { AzureDeployer } from "./azure-deployer";
import { InsightsSamples } from "./insights-samples";
import { imageTestedIn, provideImage } from "./release-image";
import { ReleaseStack } from "./release-stack";
import { startContainers } from "./start-containers";
import { scoringAccess } from "./scoring-access";
import type { Signing } from "./signed-image";
import { recordServed } from "./served-record";
import { readStackOutputs } from "./stack-outputs";
import { settingOf } from "./stack-settings";

interface AzureTargetOptions {
  /** Called with a line of progress for each resource that an update changes. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  /** What images are signed with, and whose signatures are asked for where a stack names nobody. */
  readonly signing: Signing;
}

/**
 * The stacks of the clone that this program runs from.
 * @public Loaded on use, by require().
 */
export function openAzureTarget({ report, signal, signing }: AzureTargetOptions): Target {
  const environments = readEnvironments();
  const outputsOf = (stack: string) => readStackOutputs(stack, signal);
  /** Outputs of the stacks that a release passes before this one. */
  const earlierThan = (environment: string) => () =>
    Promise.all(environmentsBefore(environments, environment).map(outputsOf));
  /** Where releases of all environments are recorded: with the stack that trains. */
  const openHistory = async (): Promise<Storage> => {
    const { training } = environments;
    const named = { stack: training, process: "cli", name: "MLOPS_HISTORY" } as const;
    return openStorage(process.env.MLOPS_HISTORY ?? settingOf(await outputsOf(training), named));
  };
  const deployer: AzureDeployer = new AzureDeployer({
    project: repository,
    signal,
    report,
    imageFor: async (release, { environment, outputs }) => {
      const before = environmentsBefore(environments, environment).at(-1);
      const { name } = parseModelRef(release.model);
      const image =
        before !== undefined && release.image === undefined
          ? imageTestedIn(before, release, await deployer.status(before, name))
          : release.image;
      const earlier = earlierThan(environment);
      return provideImage(
        { ...release, ...(image !== undefined && { image }) },
        { outputs, earlier, signing, signal },
      );
    },
    record: async (served) => {
      try {
        await recordServed(await openHistory(), served);
      } catch (error) {
        report(
          `What is served is not recorded, so the dashboard in Azure shows what served before: ${reasonOf(error)}`,
        );
      }
    },
    start: (group) => startContainers(new AzureClient({ signal }), group, { report }),
    samplesOf: ({ insightsAppId: appId }) =>
      typeof appId === "string" && appId !== "" ? new InsightsSamples({ appId }) : undefined,
  });
  return {
    deployer,
    hasClients: true,
    // A minute until the service sends what it has measured, and what Application Insights takes to take it in.
    sampleLagMs: 6 * 60_000,
    // The first release gives the gateway of a cluster its address; that takes AKS a minute or two.
    addressLagMs: 5 * 60_000,
    publish: async (release) => ({
      ...release,
      image: await provideImage(release, {
        outputs: await outputsOf(environments.training),
        earlier: earlierThan(environments.training),
        signing,
        signal,
      }),
    }),
    access: async (environment) => scoringAccess(await outputsOf(environment), { report, isTest: true }),
    // Whoever was interrupted wants just this, as with a rollback.
    unlock: async (environment) => (await ReleaseStack.open(environment, { project: repository })).unlock(),
    // A container group stops by a schedule of its own.
    pause: () => Promise.resolve(),
  };
}
