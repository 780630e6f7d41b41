import { HostedApp, type HostedAppArgs } from "../../../../infra/components/web/hosted-app";
import * as pulumi from "@pulumi/pulumi";
import { countByType, ofType, registered, tenantId, type Registered } from "../../mocks";

const identity = (name: string) => ({
  id: pulumi.output(`/identities/${name}`),
  clientId: pulumi.output(`${name}-client`),
  principalId: pulumi.output(`${name}-principal`),
});
const image = `registry.example/mlops-dashboard@sha256:${"a".repeat(64)}`;
const application = "00000000-0000-4000-8000-00000000000b";

const signIn = { tenantId, application, groups: ["group"] };

const make = (change: Partial<HostedAppArgs> = {}) =>
  registered(
    () =>
      new HostedApp("dashboard", {
        placement: { resourceGroupName: "rg", location: "westeurope", tags: { owner: "team" } },
        ...{ image, planId: "/plans/web", verb: "dashboard --hosted", signIn, stackOutputs: "{}" },
        ...{ identity: identity("dashboard"), pull: identity("pull") },
        ...change,
      }),
  );
const only = (made: readonly Registered[], type: string) => ofType(made, type)[0]?.inputs;

describe("a web app", () => {
  let made: readonly Registered[];
  beforeAll(async () => {
    made = await make();
  });

  test("is these resources", () => {
    expect(countByType(made)).toEqual({
      "mlops:infra:HostedApp": 1,
      "azure-native:web:WebApp": 1,
      "azure-native:web:WebAppAuthSettingsV2": 1,
      "azure-native:web:WebAppFtpAllowed": 1,
      "azure-native:web:WebAppScmAllowed": 1,
    });
  });

  test("runs the image by its digest, over TLS 1.2, as an identity of its own; nobody deploys to it by a password", () => {
    expect(only(made, "web:WebApp")).toMatchObject({
      kind: "app,linux,container",
      serverFarmId: "/plans/web",
      httpsOnly: true,
      sshEnabled: false,
      identity: {
        type: "UserAssigned",
        userAssignedIdentities: ["/identities/dashboard", "/identities/pull"],
      },
      siteConfig: {
        linuxFxVersion: `DOCKER|${image}`,
        acrUseManagedIdentityCreds: true,
        acrUserManagedIdentityID: "pull-client",
        appCommandLine: "dashboard --hosted --port 8800",
        healthCheckPath: "/healthz",
        ftpsState: "Disabled",
        minTlsVersion: "1.2",
      },
    });
    for (const type of ["web:WebAppFtpAllowed", "web:WebAppScmAllowed"])
      expect(only(made, type)).toMatchObject({ allow: false });
  });

  test("has settings that hold no secret, and say who it is in Azure", () => {
    const { appSettings } = only(made, "web:WebApp")?.siteConfig as {
      appSettings: { name: string; value: string }[];
    };
    expect(Object.fromEntries(appSettings.map(({ name, value }) => [name, value]))).toEqual({
      WEBSITES_PORT: "8800",
      WEBSITES_ENABLE_APP_SERVICE_STORAGE: "false",
      MLOPS_TARGET: "azure",
      MLOPS_STACK_OUTPUTS: "{}",
      AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential",
      AZURE_CLIENT_ID: "dashboard-client",
      OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: "dashboard-client",
    });
  });

  test("lets in members of the groups alone, signed in by the application without a secret", () => {
    expect(only(made, "web:WebAppAuthSettingsV2")).toMatchObject({
      platform: { enabled: true },
      globalValidation: { requireAuthentication: true, unauthenticatedClientAction: "RedirectToLoginPage" },
      identityProviders: {
        azureActiveDirectory: {
          registration: {
            clientId: application,
            openIdIssuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
            clientSecretSettingName: "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
          },
          validation: { defaultAuthorizationPolicy: { allowedPrincipals: { groups: ["group"] } } },
        },
      },
      login: { tokenStore: { enabled: false } },
    });
  });

  test("lets in whoever has an account of the directory, where no group is named", async () => {
    const sign = only(await make({ signIn: { ...signIn, groups: [] } }), "web:WebAppAuthSettingsV2");
    expect(sign?.globalValidation).toMatchObject({ requireAuthentication: true });
    const { validation } = (sign?.identityProviders as { azureActiveDirectory: { validation: object } })
      .azureActiveDirectory;
    expect(validation).toEqual({ allowedAudiences: [application, `api://${application}`] });
  });

  test("lets everybody in only without a sign-in, which it then turns off by name", async () => {
    const open = await make({ signIn: undefined });
    const settings = only(open, "web:WebAppAuthSettingsV2");
    expect(settings).toMatchObject({
      platform: { enabled: false },
      globalValidation: { requireAuthentication: false, unauthenticatedClientAction: "AllowAnonymous" },
    });
    expect(settings).not.toHaveProperty("identityProviders");
    expect(JSON.stringify(only(open, "web:WebApp"))).not.toContain("OVERRIDE_USE_MI_FIC");
  });
});
