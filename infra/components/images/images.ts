import type * as pulumi from "@pulumi/pulumi";
import type { Access } from "../foundation/access";
import type { Foundation } from "../foundation/foundation";
import { Image } from "./image";
import type { StackConfig } from "../../config/stack-config";
import { layOutImage } from "./image-source";

export interface Images {
  readonly training: pulumi.Output<string>;
  /** That of the web apps, the dashboard's and the page's, where there is one of them. */
  readonly dashboard?: pulumi.Output<string>;
  /** Image of the package in `scoringPackage`. Images of releases are built when a version is packaged. */
  readonly scoring?: pulumi.Output<string>;
}

/** The images that the stack needs: already pushed by a build, or built and pushed by the update. */
export async function buildImages(
  config: StackConfig,
  foundation: Foundation,
  access: Access,
): Promise<Images> {
  const nodeImage = config.nodeImage ?? "node:24-bookworm-slim";
  const common = { registry: foundation.registry, login: config.registryLogin };
  const opts = { dependsOn: [...access.assignments] };
  const training =
    config.trainingImage === undefined
      ? await layOutImage({ kind: "training", nodeImage })
      : { reference: config.trainingImage, repository: "mlops-training" };
  const hasWebApps = config.dashboard !== "off" || config.page !== "off";
  const dashboard =
    config.dashboardImage === undefined
      ? hasWebApps && (await layOutImage({ kind: "dashboard", nodeImage }))
      : { reference: config.dashboardImage, repository: "mlops-dashboard" };
  const images = {
    training: new Image(
      "training-image",
      { ...common, repository: training.repository, source: training },
      opts,
    ).reference,
    ...(dashboard && {
      dashboard: new Image(
        "dashboard-image",
        { ...common, repository: dashboard.repository, source: dashboard },
        opts,
      ).reference,
    }),
  };
  if (config.scoringPackage === undefined) return images;
  const scoring = await layOutImage({ kind: "scoring", nodeImage, package: config.scoringPackage });
  return {
    ...images,
    scoring: new Image("scoring-image", { ...common, repository: scoring.repository, source: scoring }, opts)
      .reference,
  };
}
