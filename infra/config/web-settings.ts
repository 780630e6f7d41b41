import { choice, guid, pinnedImage, text, type Setting } from "./config-values";

/** Settings of the dashboard's web app, `mlops:<key>`. */
export const dashboardSettings = {
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
    description: "Image of the dashboard that a build has pushed; without it, the update builds the image",
  },
  dashboardPrincipal: {
    schema: text(guid, "expected an object id"),
    optional: true,
    description:
      "In later environments: object id of the dashboard's identity (`dashboard.principalId` of the first); the stack lets it look",
  },
} as const satisfies Record<string, Setting>;
