import type { Grant } from "./access-grant";

/**
 * What the page's web app may do: `page` is its identity where it runs, `askers` the same in production, whose service it asks. It changes
 * nothing, reads no predictions, and of the vault only what callers of the service need: strangers may be in front of it.
 */
export const pageAccess: readonly Grant[] = [
  { who: "page", role: "Reader", on: "workspace", why: "read the version that production serves" },
  {
    who: "page",
    role: "Storage Blob Data Reader",
    on: "storage",
    containersLike: "azureml",
    why: "read the files of that version, by which files are scored",
  },
  {
    who: "page",
    role: "Storage Blob Data Reader",
    on: "historyContainer",
    why: "know which version is released, and at which address",
  },
  {
    who: "askers",
    role: "Key Vault Secrets User",
    on: "scoringKey",
    why: "ask the service with its key when somebody asks the page",
  },
  {
    who: "askers",
    role: "Key Vault Reader",
    on: "servingCertificate",
    why: "know the service by its certificate, where no authority vouches for it",
  },
];
