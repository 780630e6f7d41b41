import * as web from "@pulumi/azure-native/web";
import * as pulumi from "@pulumi/pulumi";
import { healthPaths } from "../../../platform/http/health-paths";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/foundation";
import { signInSetting, signInWith, withoutSignIn, type SignIn } from "./sign-in";

export interface HostedAppArgs {
  readonly placement: Placement;
  /** The plan that it runs in, beside others. */
  readonly planId: pulumi.Input<string>;
  /** By digest. */
  readonly image: pulumi.Input<string>;
  /** The verb of `mlops` that it runs, with its flags, but for the port. */
  readonly verb: string;
  /** What the web app reads and calls Azure as. */
  readonly identity: Identity;
  /** Pulls the image. */
  readonly pull: Identity;
  /** Who is let in; undefined for everybody on the internet. */
  readonly signIn: SignIn | undefined;
  /** Outputs of stacks, in JSON, that the program reads instead of the stacks. */
  readonly stackOutputs: pulumi.Input<string>;
}

/** Port of the program in the container. */
const port = "8800";

/**
 * Where App Service asks whether the program still answers. It asks past its own sign-in, and without the header of who is signed in:
 * "Monitor App Service instances by using Health check", learn.microsoft.com/azure/app-service/monitor-instances-health-check.
 * cli/dashboard/web/guard.ts answers.
 */
const healthCheckPath = healthPaths.alive;

/** A verb of `mlops` as a web app of App Service: the dashboard, or the page of a model. */
export class HostedApp extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: HostedAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:HostedApp", name, {}, opts);

    const { placement, identity, pull } = args;
    const app = new web.WebApp(
      name,
      {
        ...placement,
        kind: "app,linux,container",
        serverFarmId: args.planId,
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id, pull.id] },
        httpsOnly: true,
        clientAffinityEnabled: false,
        sshEnabled: false,
        publicNetworkAccess: "Enabled",
        siteConfig: {
          linuxFxVersion: pulumi.interpolate`DOCKER|${args.image}`,
          acrUseManagedIdentityCreds: true,
          acrUserManagedIdentityID: pull.clientId,
          appCommandLine: `${args.verb} --port ${port}`,
          alwaysOn: true,
          healthCheckPath,
          ftpsState: "Disabled",
          http20Enabled: true,
          minTlsVersion: "1.2",
          numberOfWorkers: 1,
          appSettings: this.settingsOf(args),
        },
      },
      { parent: this },
    );
    new web.WebAppAuthSettingsV2(
      `${name}-sign-in`,
      {
        resourceGroupName: placement.resourceGroupName,
        name: app.name,
        ...(args.signIn === undefined ? withoutSignIn : signInWith(args.signIn)),
      },
      { parent: this },
    );
    this.closeBasicAuthentication(name, app, placement);

    this.url = pulumi.interpolate`https://${app.defaultHostName}/`;
    this.registerOutputs({ url: this.url });
  }

  private settingsOf({ identity, stackOutputs, signIn }: HostedAppArgs) {
    const settings = {
      WEBSITES_PORT: port,
      // What is written is not needed after a restart.
      WEBSITES_ENABLE_APP_SERVICE_STORAGE: "false",
      MLOPS_TARGET: "azure",
      MLOPS_STACK_OUTPUTS: stackOutputs,
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
      AZURE_CLIENT_ID: identity.clientId,
      ...(signIn && { [signInSetting]: identity.clientId }),
    };
    return Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  }

  /** Deployment by a password, which nothing here uses. */
  private closeBasicAuthentication(name: string, app: web.WebApp, { resourceGroupName }: Placement): void {
    const closed = { resourceGroupName, name: app.name, allow: false };
    new web.WebAppFtpAllowed(`${name}-ftp`, closed, { parent: this });
    new web.WebAppScmAllowed(`${name}-scm`, closed, { parent: this });
  }
}
