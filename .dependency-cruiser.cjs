/** What each folder's files may import from; docs/explanation/architecture.md gives the reasons. */
const mayImport = {
  platform: [],
  models: ["platform"],
  build: ["platform"],
  training: ["platform"],
  scoring: ["platform"],
  deploy: ["platform", "scoring", "build"],
  cli: ["platform", "training", "scoring", "deploy", "build"],
  infra: ["platform", "build"],
  pipelines: ["platform"],
};

/** The rooms of platform/, each of which may import from those above it. */
const platformRooms = [
  "kernels",
  "base",
  "definition",
  "sql",
  "http",
  "settings",
  "azure",
  "signing",
  "oci",
  "storage",
  "drift",
  "data",
  "metrics",
  "gate",
  "model",
  "onnx",
  "predictions",
  "registry",
  "release",
  "audit",
];

const folders = Object.keys(mayImport);

const boundary = (folder) => ({
  name: `${folder}-imports`,
  comment: `${folder}/ may import ${mayImport[folder].join(", ") || "nothing of ours"}.`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    path: `^(${[...folders, "bench", "test"].join("|")})/`,
    pathNot: `^(${[folder, ...mayImport[folder]].join("|")})/`,
  },
});

const downwards = (room, index) => ({
  name: `platform-${room}-imports`,
  comment: `platform/${room}/ may import from ${platformRooms.slice(0, index).join(", ") || "no other room"} of platform/.`,
  severity: "error",
  from: { path: `^platform/${room}/` },
  to: { path: `^platform/(${platformRooms.slice(index + 1).join("|") || "none"})/` },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...folders.map(boundary),
    ...platformRooms.map(downwards),
    {
      name: "models-import-types",
      comment: "models/ may import types only.",
      severity: "error",
      from: { path: "^models/" },
      to: { path: "^platform/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "one-azure-identity",
      comment: "platform/azure/credentials.ts says who this process is in Azure; everything else asks it.",
      severity: "error",
      from: { pathNot: "^(test/|platform/azure/credentials[.]ts$)" },
      to: { path: "node_modules/@azure/identity/" },
    },
    {
      name: "one-http-client",
      comment:
        "platform/http/send-request.ts sends requests; everything else goes through platform/http/http-client.ts.",
      severity: "error",
      from: { pathNot: "^(test/|platform/http/send-request[.]ts$)" },
      to: { path: "node_modules/@azure/core-rest-pipeline/" },
    },
    { name: "no-file-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-room-cycles",
      scope: "folder",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^test/.*/fixtures/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    exoticRequireStrings: [],
  },
};
