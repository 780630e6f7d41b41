import type * as pulumi from "@pulumi/pulumi";
import type { Variables } from "../../config/environment";
import type { Access } from "../foundation/access";
import type { Foundation } from "../foundation/foundation";
import type { Images } from "../images/images";
import type { RetrainingEndpoint } from "../training/training-pipeline";
import type { Workspace } from "../training/workspace";

/** What web apps are made from. */
export interface WebSources {
  readonly foundation: Foundation;
  readonly access: readonly Access[];
  readonly images: Images;
  readonly workspace: Workspace;
  readonly retraining: RetrainingEndpoint;
  readonly cli: Variables;
  readonly tenantId: pulumi.Input<string>;
}

/** Where a web app is, and who it is. */
export interface HostedPlace {
  readonly url: pulumi.Output<string>;
  readonly principalId: pulumi.Output<string>;
}
