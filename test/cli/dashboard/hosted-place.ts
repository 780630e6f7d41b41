import path from "node:path";
import { digestOf } from "../../../platform/base/files";
import { openStorage } from "../../../platform/storage/open-storage";
import { recordServed } from "../../../deploy/azure/served-record";
import { recordWindow } from "../../../cli/watching/window-journal";
import { recordDecision } from "../../../cli/retraining/decision-journal";
import { Workplace, type Started } from "../../e2e/mlops";
import { workspaceId } from "../../platform/azure/azure-ml-server";
import { MlflowStandIn } from "../../platform/registry/mlflow/mlflow-stand-in";
import { Azurite } from "../../platform/storage/azurite";
import { logDiabetes } from "../watching/watch-fixture";
import { ofDiabetes, watchedWindow } from "./a-board";

/** What a web app finds in Azure after a release: the real emulator of Blob, an MLflow server, and a scoring service in production. */
export class HostedPlace {
  static readonly hostname = "mlops-dashboard.azurewebsites.net";
  /** What App Service adds to requests of somebody who is signed in. */
  static readonly ann = { "x-ms-client-principal-name": "ann@example.com" };

  private constructor(
    readonly azurite: Azurite,
    readonly mlflow: MlflowStandIn,
    private readonly laptop: Workplace,
    private readonly serving: Started,
  ) {}

  static async open(): Promise<HostedPlace> {
    const laptop = new Workplace();
    const [azurite, mlflow] = await Promise.all([Azurite.start(), new MlflowStandIn().start()]);
    for (const name of ["history", "audit", "prediction-log"]) await azurite.client().createContainer(name);
    const registry = { MLOPS_REGISTRY: mlflow.trackingUri };
    await laptop.json(["lifecycle", "--model", "diabetes", "--yes"], 0, registry);
    const serving = laptop.start(["serve", "--model", "diabetes"], registry);
    await serving.printed("Ctrl-C stops it");
    const url = await laptop.productionUrl("diabetes", registry);
    await recordRelease(azurite, url);
    await logDiabetes(await openStorage(azurite.signedUrl("prediction-log")));
    return new HostedPlace(azurite, mlflow, laptop, serving);
  }

  /** What stacks of an environment that trains leave, as far as a web app is given it. */
  private stackOutputs(trackingUri: string) {
    const { azurite } = this;
    return {
      qa: {
        model: "diabetes",
        workspaceId,
        retraining: {
          url: "https://retraining.example/jobs",
          deployment: "retrain-1",
          dataUri: "azureml://d",
        },
        environment: {
          cli: {
            MLOPS_REGISTRY: trackingUri,
            MLOPS_AUDIT: azurite.signedUrl("audit"),
            MLOPS_HISTORY: azurite.signedUrl("history"),
          },
        },
      },
    };
  }

  /** Variables that App Service and the stack give to a web app; the workspace's tracking URI is where its jobs are looked for. */
  settings(trackingUri = this.mlflow.trackingUri): Record<string, string> {
    return {
      WEBSITE_HOSTNAME: HostedPlace.hostname,
      WEBSITE_AUTH_ENABLED: "True",
      MLOPS_TARGET: "azure",
      MLOPS_STACK_OUTPUTS: JSON.stringify(this.stackOutputs(trackingUri)),
      // There is nobody whose tokens Azure would take: what is asked of it fails at once.
      AZURE_TOKEN_CREDENTIALS: "AzureCliCredential",
    };
  }

  async close(): Promise<void> {
    this.serving.process.kill("SIGTERM");
    await this.serving.ended;
    await Promise.all([this.azurite.stop(), this.mlflow.close(), this.laptop.remove()]);
  }
}

/** What a release and watching have left in the container `history`. */
async function recordRelease(azurite: Azurite, url: string): Promise<void> {
  const history = await openStorage(azurite.signedUrl("history"));
  const [at, digest] = [new Date().toISOString(), digestOf("package")];
  await recordServed(history, {
    deployment: {
      ...{ environment: "prod", model: "diabetes" },
      stable: { model: "diabetes:1", digest, image: `registry.example/scoring@sha256:${digest}` },
      history: [{ time: at, action: "deploy", model: "diabetes:1" }],
    },
    url,
    outputs: { environment: { scoring: { MLOPS_PREDICTION_LOG: azurite.signedUrl("prediction-log") } } },
  });
  const of = { environment: "prod", name: "diabetes" };
  for (const day of [1, 2, 3]) await recordWindow(history, watchedWindow(day, ofDiabetes), of);
  const decided = { action: "alert", reason: "alerts-only", explanation: "Nothing is retrained." } as const;
  await recordDecision(
    history,
    { time: at, ...{ environment: "prod", model: "diabetes:1", rows: 9 }, ...decided },
    of,
  );
}

/** Fields of the first form of a page, as a browser sends them: what is hidden and what is shown. */
export function formFields(page: string): [string, string][] {
  const [form = ""] = /<form[\s\S]*?<\/form>/.exec(page) ?? [];
  return [...form.matchAll(/name="([^"]+)"[^>]*\svalue="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value],
  );
}

/** Where the image has the models and the list of environments, below a folder that stands for its root. */
export const imageSettings = (root: string): Record<string, string> => ({
  MLOPS_MODELS: path.join(root, "srv", "models"),
  MLOPS_ENVIRONMENTS: path.join(root, "srv", "environments.yml"),
});
