import { repository } from "../../build/repository";
import { parseModelRef } from "../../platform/definition/model-ref";
import { trainingEnvironment } from "../../platform/release/deployment";
import type { Target } from "../../platform/release/target";
import { AzureDeployer } from "./azure-deployer";
import { InsightsSamples } from "./insights-samples";
import { imageInQa, provideImage } from "./release-image";
import { scoringHeaders } from "./scoring-headers";
import { readStackOutputs } from "./stack-outputs";

export interface AzureTargetOptions {
  /** Called with a line of progress for each resource that an update changes. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The stacks of the clone that this program runs from. */
export function openAzureTarget({ report, signal }: AzureTargetOptions): Target {
  const outputsOf = (stack: string) => readStackOutputs(stack, signal);
  const qa = () => outputsOf(trainingEnvironment);
  const deployer: AzureDeployer = new AzureDeployer({
    project: repository,
    signal,
    report,
    imageFor: async (release, { environment, outputs }) => {
      const untested = environment !== trainingEnvironment && release.image === undefined;
      const { name } = parseModelRef(release.model);
      const image = untested
        ? imageInQa(release, await deployer.status(trainingEnvironment, name))
        : release.image;
      return provideImage({ ...release, ...(image !== undefined && { image }) }, { outputs, qa, signal });
    },
    samplesOf: ({ insightsAppId: appId }) =>
      typeof appId === "string" && appId !== "" ? new InsightsSamples({ appId }) : undefined,
  });
  return {
    deployer,
    hasClients: true,
    publish: async (release) => ({
      ...release,
      image: await provideImage(release, { outputs: await qa(), qa, signal }),
    }),
    headers: async (environment) => scoringHeaders(await outputsOf(environment)),
    // A container group of QA stops by a schedule of its own.
    pause: () => Promise.resolve(),
  };
}
