import * as web from "@pulumi/azure-native/web";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/foundation";

export interface DashboardArgs {
  readonly placement: Placement;
  /** By digest. */
  readonly image: pulumi.Input<string>;
  /** What the web app reads and calls Azure as. */
  readonly identity: Identity;
  /** Pulls the image. */
  readonly pull: Identity;
  readonly tenantId: pulumi.Input<string>;
  /** Id of the Entra application by which people sign in. */
  readonly application: string;
  /** Entra groups whose members are let in. */
  readonly groups: readonly string[];
  /** Whether it may start retraining. */
  readonly acts: boolean;
  /** Outputs of this stack that the program reads instead of the stack. */
  readonly stackOutputs: pulumi.Input<string>;
}

/** Port of the program in the container. */
const port = "8800";

/**
 * Setting that has the identity's client id. App Service then proves itself to Entra ID by a token of the identity instead of a secret:
 * "Use a managed identity instead of a secret", learn.microsoft.com/azure/app-service/configure-authentication-provider-aad.
 */
const assertionSetting = "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID";

/** The dashboard as a web app, behind the sign-in of App Service. The program refuses to start until that is turned on. */
export class Dashboard extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Dashboard", name, {}, opts);

    const { placement, identity, pull } = args;
    const plan = new web.AppServicePlan(
      name,
      { ...placement, kind: "linux", reserved: true, sku: { name: "B1", tier: "Basic", capacity: 1 } },
      { parent: this },
    );
    const app = new web.WebApp(
      name,
      {
        ...placement,
        kind: "app,linux,container",
        serverFarmId: plan.id,
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id, pull.id] },
        httpsOnly: true,
        clientAffinityEnabled: false,
        sshEnabled: false,
        publicNetworkAccess: "Enabled",
        siteConfig: {
          linuxFxVersion: pulumi.interpolate`DOCKER|${args.image}`,
          acrUseManagedIdentityCreds: true,
          acrUserManagedIdentityID: pull.clientId,
          appCommandLine: `dashboard --hosted --port ${port}${args.acts ? " --allow-changes" : ""}`,
          alwaysOn: true,
          ftpsState: "Disabled",
          http20Enabled: true,
          minTlsVersion: "1.2",
          numberOfWorkers: 1,
          appSettings: this.settingsOf(args),
        },
      },
      { parent: this },
    );
    this.signIn(name, app, args);
    this.closeBasicAuthentication(name, app, placement);

    this.url = pulumi.interpolate`https://${app.defaultHostName}/`;
    this.registerOutputs({ url: this.url });
  }

  private settingsOf({ identity, stackOutputs }: DashboardArgs) {
    const settings = {
      WEBSITES_PORT: port,
      // What is written is not needed after a restart.
      WEBSITES_ENABLE_APP_SERVICE_STORAGE: "false",
      MLOPS_TARGET: "azure",
      MLOPS_STACK_OUTPUTS: stackOutputs,
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
      AZURE_CLIENT_ID: identity.clientId,
      [assertionSetting]: identity.clientId,
    };
    return Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  }

  /** Nobody gets in who is not a member of the groups. */
  private signIn(name: string, app: web.WebApp, args: DashboardArgs): void {
    const { placement, tenantId, application, groups } = args;
    new web.WebAppAuthSettingsV2(
      `${name}-sign-in`,
      {
        resourceGroupName: placement.resourceGroupName,
        name: app.name,
        platform: { enabled: true },
        httpSettings: { requireHttps: true },
        globalValidation: {
          requireAuthentication: true,
          unauthenticatedClientAction: "RedirectToLoginPage",
          redirectToProvider: "azureactivedirectory",
        },
        identityProviders: {
          azureActiveDirectory: {
            enabled: true,
            registration: {
              clientId: application,
              openIdIssuer: pulumi.interpolate`https://login.microsoftonline.com/${tenantId}/v2.0`,
              clientSecretSettingName: assertionSetting,
            },
            validation: {
              allowedAudiences: [application, `api://${application}`],
              defaultAuthorizationPolicy: { allowedPrincipals: { groups: [...groups] } },
            },
          },
        },
        // The program needs the name of who is signed in, and no tokens of theirs.
        login: { tokenStore: { enabled: false } },
      },
      { parent: this },
    );
  }

  /** Deployment by a password, which nothing here uses. */
  private closeBasicAuthentication(name: string, app: web.WebApp, { resourceGroupName }: Placement): void {
    const closed = { resourceGroupName, name: app.name, allow: false };
    new web.WebAppFtpAllowed(`${name}-ftp`, closed, { parent: this });
    new web.WebAppScmAllowed(`${name}-scm`, closed, { parent: this });
  }
}
