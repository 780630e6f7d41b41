import { repository } from "../../build/repository";
import { decideCanary } from "../../deploy/rules/canary";
import type { CanaryRule } from "../../platform/definition/definition";
import {
  environments,
  type Deployer,
  type DeploymentStatus,
  type Release,
} from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import type { Digest } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { imageReference } from "../../platform/release/release-state";
import { describeDeployments } from "../terminal/describe-status";
import type { Session } from "../session/session";
import type { StackOutputs } from "../../deploy/azure/azure-deployer";
import { importImage } from "../../deploy/azure/import-image";
import { pushScoringImage } from "../../deploy/azure/scoring-image";
import { readStackOutputs } from "../../deploy/azure/stack-outputs";

function textOf(outputs: StackOutputs, name: string): string | undefined {
  const value = outputs[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** An image that QA pulls, copied to where another environment pulls from: what passes in QA is what serves there. */
async function copyOf(image: string, outputs: StackOutputs, signal: AbortSignal): Promise<string> {
  const qa = await readStackOutputs("qa", signal);
  const [from, to, host] = [
    textOf(qa, "registryId"),
    textOf(outputs, "registryId"),
    textOf(outputs, "registry"),
  ];
  // One of a registry that belongs to no stack is pulled from there: its owner gives the right to.
  if (!image.startsWith(`${textOf(qa, "registry") ?? ""}/`)) return image;
  if (from !== undefined && to !== undefined && host !== undefined)
    return importImage({ image, from, to, host }, { signal });
  throw new PlatformError(
    "CONFLICT",
    "The stacks do not say which registries they have. Expected the output registryId of both. Run `pulumi up` for them with this version of the program.",
  );
}

/** The image of a release where a stack pulls from: built and pushed there, or copied from where it was tested. */
async function imageOf(release: Release, outputs: StackOutputs, signal: AbortSignal): Promise<string> {
  const registry = textOf(outputs, "registry");
  if (registry === undefined) {
    throw new PlatformError(
      "CONFLICT",
      "The stack has no registry yet to push the scoring image to. Run `pulumi up` for it first.",
    );
  }
  const { image } = release;
  if (image === undefined) return pushScoringImage(release, { registry });
  return image.startsWith(`${registry}/`) ? image : copyOf(image, outputs, signal);
}

/** The image of a release where QA pulls from; what passes there goes to production by the same digest. */
export async function pushImage({ signal }: Pick<Session, "signal">, release: Release): Promise<string> {
  return imageOf(release, await readStackOutputs("qa", signal), signal);
}

/** Releases through the stacks of the clone that this program runs from. */
export function openAzureDeployer({ output, signal }: Pick<Session, "output" | "signal">): Deployer {
  // Loaded on use: commands about this machine do without it.
  const { AzureDeployer } =
    require("../../deploy/azure/azure-deployer") as typeof import("../../deploy/azure/azure-deployer");
  const { InsightsSamples } =
    require("../../deploy/azure/insights-samples") as typeof import("../../deploy/azure/insights-samples");
  return new AzureDeployer({
    project: repository,
    signal,
    report: (line) => output.print(line),
    imageOf: (release, outputs) => imageOf(release, outputs, signal),
    samplesOf: (outputs) => {
      const appId = textOf(outputs, "insightsAppId");
      return appId === undefined ? undefined : new InsightsSamples({ appId });
    },
  });
}

/** A release that was pushed already: the image alone is what it is known by. */
export function releaseOfImage(model: string, image: string): Release {
  parseModelRef(model);
  if (imageReference.test(image)) return { model, package: image, digest: image.slice(-64) as Digest, image };
  throw new PlatformError(
    "USAGE",
    `--image is "${image}", which may be another image tomorrow. Expected one by its digest, as in <registry>/<repository>@sha256:<64 digits>. \`npm run images:build\` prints it as "pinned".`,
  );
}

/** The same image as QA's: what passed there, byte for byte. */
async function imageOfQa(deployer: Deployer, release: Release): Promise<Release> {
  if (release.image !== undefined) return release;
  const { stable } = await deployer.status("qa", parseModelRef(release.model).name);
  if (stable?.image !== undefined && stable.digest === release.digest)
    return { ...release, image: stable.image };
  throw new PlatformError(
    "CONFLICT",
    `${release.model} is not what QA serves (${stable?.model ?? "nothing"}), so it has not passed there. Run \`mlops deploy ${release.model} --target azure\` and test it, or give the image that did pass with --image.`,
  );
}

/** Puts a release into QA for all requests, or into production as a canary with a weight. */
export async function deployToAzure(
  deployer: Deployer,
  release: Release,
  { environment, weight }: { readonly environment: string; readonly weight: number },
): Promise<DeploymentStatus> {
  const { name } = parseModelRef(release.model);
  if (environment === "qa") {
    await deployer.deploy("qa", release, { weight: 100, shadow: 0 });
    return deployer.promote("qa", name);
  }
  const traffic = { weight, shadow: 0 };
  const { canary } = await deployer.status(environment, name);
  // A copy in another registry is the same image: it has the same digest.
  const same =
    canary?.digest === release.digest &&
    [undefined, canary.image?.slice(-64)].includes(release.image?.slice(-64));
  if (same) return deployer.weight(environment, name, traffic);
  return deployer.deploy(environment, await imageOfQa(deployer, release), traffic);
}

/** Makes production's canary stable, if what was seen of it allows that; `force` does not look. */
export async function promoteInAzure(
  deployer: Deployer,
  model: string,
  { version, rule, force }: { readonly version?: string; readonly rule: CanaryRule; readonly force: boolean },
): Promise<DeploymentStatus> {
  const { stable, canary, samples } = await deployer.status("prod", model);
  if (version !== undefined && canary?.model !== version) {
    throw new PlatformError(
      "CONFLICT",
      `${version} is not production's canary, which is ${canary?.model ?? "none"}. Deploy it with a weight first: mlops deploy ${version} --target azure --environment prod --weight 10`,
    );
  }
  if (!force && stable !== undefined && canary !== undefined) {
    const nothing = { requests: 0, failures: 0 };
    const { stable: reference = nothing, canary: seen = nothing } = samples;
    const { verdict, explanation } = decideCanary({ reference, canary: seen, rule });
    if (verdict !== "advance") {
      const remedy =
        verdict === "roll-back"
          ? "Run `mlops rollback --target azure`"
          : "Wait for more requests, and run this again";
      throw new PlatformError(
        "CONFLICT",
        `${canary.model} is not promoted: ${explanation} ${remedy}; --yes promotes it all the same.`,
      );
    }
  }
  return deployer.promote("prod", model);
}

/** What each environment that has a stack serves, for machines and for people; it says which have none. */
export async function showAzure(
  deployer: Deployer,
  model: string,
): Promise<[{ deployments: DeploymentStatus[] }, string]> {
  const deployments: DeploymentStatus[] = [];
  const missing: PlatformError[] = [];
  for (const environment of environments) {
    try {
      deployments.push(await deployer.status(environment, model));
    } catch (error) {
      if (!(error instanceof PlatformError && error.code === "NOT_FOUND")) throw error;
      missing.push(error);
    }
  }
  const [first] = missing;
  if (deployments.length === 0 && first !== undefined) throw first;
  const text = [describeDeployments(deployments), ...missing.map(({ message }) => message)].join("\n\n");
  return [{ deployments }, text];
}
