/** Names of Azure's services; `*` is any first label. */
export const azureNames = [
  "login.microsoftonline.com",
  "management.azure.com",
  "api.applicationinsights.io",
  "hooks.slack.com",
  "dev.azure.com",
  "vssps.dev.azure.com",
  "vsaex.dev.azure.com",
  "*.vault.azure.net",
  "*.azurecr.io",
  "*.blob.core.windows.net",
  "*.in.applicationinsights.azure.com",
  "*.westeurope.inference.ml.azure.com",
  "*.api.azureml.ms",
] as const;

export type AzureName = (typeof azureNames)[number];

/** The service that a host is of. */
export function serviceOf(host: string): AzureName | undefined {
  return azureNames.find((name) =>
    name.startsWith("*.") ? host.slice(host.indexOf(".")) === name.slice(1) : host === name,
  );
}

export const isAzure = (host: string): boolean => serviceOf(host) !== undefined;
