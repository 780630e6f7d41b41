import * as web from "@pulumi/azure-native/web";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";

/** The plan of App Service in which an environment's web apps run: one small instance for all of them. */
export class WebPlan extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(
    name: string,
    { placement }: { readonly placement: Placement },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:WebPlan", name, {}, opts);

    this.id = new web.AppServicePlan(
      name,
      { ...placement, kind: "linux", reserved: true, sku: { name: "B1", tier: "Basic", capacity: 1 } },
      { parent: this },
    ).id;
    this.registerOutputs({ id: this.id });
  }
}
