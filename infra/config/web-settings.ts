import { choice, count, guid, list, pinnedImage, text, type Setting } from "./config-values";

/** Settings of the web apps, the dashboard's and the page's, `mlops:<key>`. */
export const webSettings = {
  dashboard: {
    schema: choice(["off", "show", "act"]),
    default: "off",
    description:
      "Web app with the dashboard, in the first environment; with `act` it may also start retraining",
  },
  dashboardApplication: {
    schema: text(guid, "expected the id of an application"),
    optional: true,
    description: "Id of the Entra application by which people sign in to the dashboard",
  },
  dashboardImage: {
    schema: pinnedImage,
    optional: true,
    description:
      "Image of the dashboard and the page that a build has pushed; without it, the update builds the image",
  },
  dashboardPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description:
      "In later environments: object id of the dashboard's identity (`dashboard.principalId` of the first); the stack lets it look",
  },
  page: {
    schema: choice(["off", "sign-in", "public"]),
    default: "off",
    description:
      "Web app with the model's page, in the first environment; `public` lets everybody on the internet ask, without a sign-in",
  },
  pageApplication: {
    schema: text(guid, "expected the id of an application"),
    optional: true,
    description: "Id of the Entra application by which people sign in to the page",
  },
  pageGroups: {
    schema: list(guid, "object ids of Entra groups"),
    default: "",
    description:
      "Entra groups whose members may ask on the page; without, whoever can sign in to the directory",
  },
  pageMaxFileMb: {
    schema: count(1, 100),
    default: "20",
    description: "Size, in MB, of the largest file that the page takes to score",
  },
  pagePrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description:
      "In production: object id of the page's identity (`page.principalId` of the first environment); the stack lets it ask",
  },
} as const satisfies Record<string, Setting>;
