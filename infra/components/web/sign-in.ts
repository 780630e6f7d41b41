import type * as web from "@pulumi/azure-native/web";
import * as pulumi from "@pulumi/pulumi";

/** Who signs in to a web app, and by what. */
export interface SignIn {
  readonly tenantId: pulumi.Input<string>;
  /** Id of the Entra application by which people sign in. */
  readonly application: string;
  /** Entra groups whose members are let in; with none, whoever has an account in the directory. */
  readonly groups: readonly string[];
}

type AuthSettings = Omit<web.WebAppAuthSettingsV2Args, "name" | "resourceGroupName">;

/**
 * Setting that has the identity's client id. App Service then proves itself to Entra ID by a token of the identity instead of a secret:
 * "Use a managed identity instead of a secret", learn.microsoft.com/azure/app-service/configure-authentication-provider-aad.
 */
export const signInSetting = "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID";

/** App Service's own sign-in: nobody gets in without an account of the directory or, with groups, without being a member. */
export function signInWith({ tenantId, application, groups }: SignIn): AuthSettings {
  return {
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
          clientSecretSettingName: signInSetting,
        },
        validation: {
          allowedAudiences: [application, `api://${application}`],
          ...(groups.length > 0 && {
            defaultAuthorizationPolicy: { allowedPrincipals: { groups: [...groups] } },
          }),
        },
      },
    },
    // The program needs the name of who is signed in, and no tokens of theirs.
    login: { tokenStore: { enabled: false } },
  };
}

/** Said, not left out: a sign-in that was on is turned off by this alone. */
export const withoutSignIn: AuthSettings = {
  platform: { enabled: false },
  httpSettings: { requireHttps: true },
  globalValidation: { requireAuthentication: false, unauthenticatedClientAction: "AllowAnonymous" },
};
