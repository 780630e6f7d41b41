import { readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../../build/repository";
import { after, type SampleCopy } from "./sample-copy";

/** A trainer that always answers the mean, and a number more. */
export function addTrainer(copy: SampleCopy): void {
  const change = copy.changing("Add a trainer", { kind: "mean" });
  change(
    "platform/definition/trainers.ts",
    after(
      "const trainerKinds = {",
      `mean: {
        tasks: ["regression"],
        draft: { shift: 2 },
        usualSearch: { shift: [2, 0] },
        settings: closedObject({ kind: z.literal("mean"), shift: z.number() }),
      },`,
    ),
  );
  change(
    "training/trainers/mean.ts",
    () => `import { targetSql } from "../preprocessing/target";
      import { aggregate } from "../preprocessing/sql";
      import { fitLinear } from "./linear";
      import type { Trainer } from "./trainer";
      export const mean: Trainer<"mean"> = {
        fit: (input, { shift }) =>
          fitLinear(input, async ({ design: { engine }, names }) => {
            const [value = NaN] = await aggregate(engine, input.from, ["avg(" + targetSql(input.definition) + ")"]);
            return { intercept: value + shift, coefficients: names.map(() => 0) };
          }),
      };`,
  );
  change("training/trainers/trainers.ts", (old) =>
    `import { mean } from "./mean";\n${old}`.replace("= {\n  ridge:", "= {\n  mean: () => mean,\n  ridge:"),
  );
}

/** Stages of the sample model's canary. */
export function addStage(copy: SampleCopy): void {
  const change = copy.changing("Add a stage to the canary", { name: "diabetes" });
  change("models/diabetes/model.ts", after(`name: "diabetes",`, "canary: { weights: [5, 25, 75] },"));
}

/** An alert on rows that are refused. */
export function addAlert(copy: SampleCopy): void {
  const change = copy.changing("Add an alert");
  change(
    "infra/components/watching/queries.ts",
    (old) => `${old}\nexport const refusedRows = "AppRequests | where ResultCode == 422";\n`,
  );
  change("infra/components/watching/log-alerts.ts", (old) =>
    after(
      "  return [",
      `{ role: "refused", title: "Rows are refused", severity: 2, query: refusedRows, threshold: 9, every: "PT5M", window: "PT15M" },`,
    )(`import { refusedRows } from "./queries";\n${old}`),
  );
}

/** A storage account more. */
export function addResource(copy: SampleCopy): void {
  const change = copy.changing("Add a resource", { room: "foundation", name: "notes" });
  change(
    "infra/components/foundation/notes.ts",
    () => `import * as storage from "@pulumi/azure-native/storage";
      import * as pulumi from "@pulumi/pulumi";
      import type { Placement } from "../../config/placement";
      export class Notes extends pulumi.ComponentResource {
        constructor(name: string, { placement }: { placement: Placement }) {
          super("mlops:infra:Notes", name, {}, {});
          new storage.StorageAccount("notes", { ...placement, kind: "StorageV2", sku: { name: "Standard_LRS" } }, { parent: this });
          this.registerOutputs({});
        }
      }`,
  );
  change("infra/index.ts", (old) =>
    after(
      "const { placement, principals, scopes, containers } = foundation;",
      `\nnew Notes("notes", { placement });`,
    )(`import { Notes } from "./components/foundation/notes";\n${old}`),
  );
}

/** A dialect that answers with what it is asked: the one that tests of dialects have. */
export function addDialect(copy: SampleCopy): void {
  const change = copy.changing("Add a dialect", { name: "echo" });
  const sample = readFileSync(path.join(repository, "test/scoring/dialects/echo-dialect.ts"), "utf8");
  change("scoring/dialects/echo.ts", () =>
    sample.replaceAll("../../../scoring/dialects/", "./").replaceAll("../../../scoring/", "../"),
  );
  change("scoring/dialects/dialects.ts", (old) =>
    `import { echo } from "./echo";\n${old}`.replace("mlflow, service]", "mlflow, echo, service]"),
  );
}

/** An environment between qa and production. */
export function addEnvironment(copy: SampleCopy): void {
  const change = copy.changing("Add an environment", { name: "staging" });
  change("environments.yml", (old) => old.replace("testEnvironments: qa", "testEnvironments: qa,staging"));
  change("Pulumi.staging.yaml", () => readFileSync(path.join(repository, "Pulumi.qa.yaml"), "utf8"));
}
