import {
  commandSpec,
  computeId,
  contentDigest,
  folderUri,
  pipelineSpec,
  stepNames,
  type PipelineFacts,
  type PipelineJob,
} from "../../../../infra/components/training/training-specs";

const workspaceId =
  "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
const environmentId = `${workspaceId}/environments/mlops-training/versions/1`;
const facts: PipelineFacts = {
  model: "credit-risk",
  componentIds: {
    check: `${workspaceId}/components/credit_risk_check/versions/1`,
    train: `${workspaceId}/components/credit_risk_train/versions/1`,
    evaluate: `${workspaceId}/components/credit_risk_evaluate/versions/1`,
    register: `${workspaceId}/components/credit_risk_register/versions/1`,
  },
  computeId: computeId(workspaceId, "cpu-ds3v2-low"),
  clientId: "client",
  stepTimeoutMinutes: 90,
  evaluation: "on",
  onNoPromotion: "cancel",
  dataVersions: "https://account.blob.core.windows.net/models/data-versions",
  audit: "https://account.blob.core.windows.net/audit",
};

/** Members that Azure Machine Learning itself does not spell in snake_case. */
const camelCase = ["$schema", "componentId", "computeId", "_source"];

/** What the service would not read of the wire form: keys in camelCase, and values that are neither text nor a known switch. */
function wireFaults(value: unknown, path = "", named = false): string[] {
  if (typeof value === "string") return [];
  if (typeof value === "boolean") return path.endsWith(".is_deterministic") ? [] : [`${path} is ${value}`];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [`${path} is ${String(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => {
    const right = named || camelCase.includes(key) || /^[a-z][a-z0-9_]*$/.test(key);
    return [
      ...(right ? [] : [`${path}.${key} is not snake_case`]),
      ...wireFaults(inner, `${path}.${key}`, key === "environment_variables"),
    ];
  });
}

/** `${{...}}` of a text, that is of a command or of an input. */
const bindings = (text: string): string[] =>
  [...text.matchAll(/\$\{\{([^}]*)\}\}/g)].map(([, inner]) => inner ?? "");

describe("a step as a component", () => {
  test.each([
    ["check", "--data ${{inputs.data}} --report ${{outputs.report}}"],
    ["train", "--data ${{inputs.data}} --checked ${{inputs.checked}} --candidate ${{outputs.candidate}}"],
    [
      "evaluate",
      "--data ${{inputs.data}} --candidate ${{inputs.candidate}} --decision ${{outputs.decision}}",
    ],
    ["register", "--candidate ${{inputs.candidate}} --decision ${{inputs.decision}}"],
  ] as const)("%s runs the image's own entry", (step, flags) => {
    expect(commandSpec("credit-risk", step, environmentId)).toMatchObject({
      type: "command",
      name: `credit_risk_${step}`,
      is_deterministic: false,
      environment: `azureml:${environmentId}`,
      command: `node --enable-source-maps /srv/app/main.js job ${step} --model credit-risk ${flags}`,
    });
  });

  test.each(stepNames)("%s is in the wire form, and its command names its own folders only", (step) => {
    const spec = commandSpec("credit-risk", step, environmentId);
    expect(wireFaults(spec)).toEqual([]);
    const declared = [
      ...Object.keys(spec.inputs).map((name) => `inputs.${name}`),
      ...Object.keys(spec.outputs ?? {}).map((name) => `outputs.${name}`),
    ];
    expect(bindings(spec.command).sort()).toEqual(declared.sort());
  });

  test("the wire form's faults are found", () => {
    expect(
      wireFaults({ displayName: "x", limits: { timeout: 60 }, is_deterministic: true, optional: true }),
    ).toEqual([".displayName is not snake_case", ".limits.timeout is 60", ".optional is true"]);
  });
});

describe("the pipeline", () => {
  const spec = pipelineSpec(facts);

  test("is in the wire form", () => {
    expect(spec).toMatchObject({ type: "pipeline", name: "credit_risk_retraining", is_deterministic: false });
    expect(spec.inputs).toEqual({ training_data: { type: "uri_folder" } });
    expect(wireFaults(spec)).toEqual([]);
    expect(wireFaults({ jobs: spec.jobs })).toEqual([]);
  });

  test("gives every step its compute, its limit, its identity and the gate's settings", () => {
    expect(Object.keys(spec.jobs)).toEqual([...stepNames]);
    for (const step of stepNames) {
      expect(spec.jobs[step]).toMatchObject({
        name: step,
        componentId: facts.componentIds[step],
        computeId: `${workspaceId}/computes/cpu-ds3v2-low`,
        limits: { timeout: "PT90M", job_limits_type: "Command" },
        identity: { identity_type: "Managed", client_id: "client" },
        environment_variables: {
          AZURE_CLIENT_ID: "client",
          MLOPS_EVALUATION: "on",
          MLOPS_ON_NO_PROMOTION: "cancel",
          MLOPS_DATA_VERSIONS: "https://account.blob.core.windows.net/models/data-versions",
          MLOPS_AUDIT: "https://account.blob.core.windows.net/audit",
        },
      });
    }
  });

  test("has the work on data done on a cluster by every step, where there is one", () => {
    const spark = { address: "https://adb-1.2.azuredatabricks.net/sql/1", data: "abfss://d@a.example/churn" };
    for (const { environment_variables } of Object.values(pipelineSpec({ ...facts, spark }).jobs)) {
      expect(environment_variables).toMatchObject({
        MLOPS_SQL_ENGINE: "spark",
        MLOPS_SPARK_ADDRESS: spark.address,
        MLOPS_SPARK_AUTH: "entra",
        MLOPS_SPARK_DATA: spark.data,
      });
      expect(JSON.stringify(environment_variables)).not.toContain("TOKEN");
    }
    expect(spec.jobs.train?.environment_variables).not.toHaveProperty("MLOPS_SQL_ENGINE");
  });

  test.each([
    ["acceptPopulation", "MLOPS_ACCEPT_POPULATION"],
    ["acceptBreaking", "MLOPS_ACCEPT_BREAKING"],
    ["signingKey", "MLOPS_SIGNING_KEY"],
    ["trustedKeys", "MLOPS_TRUSTED_KEYS"],
  ])("gives every step what %s says, where it is set", (setting, variable) => {
    const accepting = pipelineSpec({ ...facts, [setting]: "year,month" });
    for (const { environment_variables } of Object.values(accepting.jobs)) {
      expect(environment_variables).toMatchObject({ [variable]: "year,month" });
    }
    expect(spec.jobs.check?.environment_variables).not.toHaveProperty(variable);
  });

  test("ties each step to the one before, so that none runs on data that was not checked", () => {
    const reads = Object.fromEntries(
      Object.entries(spec.jobs).map(([step, { inputs }]) => [
        step,
        Object.values(inputs).flatMap(({ value }) => bindings(value)),
      ]),
    );
    expect(reads).toEqual({
      check: ["parent.inputs.training_data"],
      train: ["parent.inputs.training_data", "parent.jobs.check.outputs.report"],
      evaluate: ["parent.inputs.training_data", "parent.jobs.train.outputs.candidate"],
      register: ["parent.jobs.train.outputs.candidate", "parent.jobs.evaluate.outputs.decision"],
    });
  });

  test("binds each input of a step, and to an output that there is", () => {
    for (const step of stepNames) {
      const inputs: PipelineJob["inputs"] = spec.jobs[step]?.inputs ?? {};
      expect(Object.keys(inputs)).toEqual(Object.keys(commandSpec("m1x", step, environmentId).inputs));
      for (const binding of Object.values(inputs).flatMap(({ value }) => bindings(value))) {
        const [, , from, , output] = binding.split(".");
        if (binding.startsWith("parent.inputs.")) continue;
        const outputs = commandSpec("m1x", from as "train", environmentId).outputs ?? {};
        expect(Object.keys(outputs)).toContain(output);
      }
    }
  });
});

describe("what a version is made of", () => {
  test("the same content has the same digest in every workspace", () => {
    const other = workspaceId.replace("/ws", "/other");
    const here = contentDigest(commandSpec("m1x", "train", environmentId), workspaceId);
    const there = contentDigest(
      commandSpec("m1x", "train", environmentId.replace(workspaceId, other)),
      other,
    );
    expect(here).toMatch(/^[0-9a-f]{12}$/);
    expect(there).toBe(here);
  });

  test.each([
    ["another image", { componentIds: { ...facts.componentIds, train: `${workspaceId}/x/versions/2` } }],
    ["another cluster", { computeId: computeId(workspaceId, "cpu-ds4v2-low") }],
    ["another limit", { stepTimeoutMinutes: 91 }],
    ["no evaluation", { evaluation: "off" as const }],
  ])("%s is another version", (_what, change) => {
    const digest = (given: PipelineFacts) => contentDigest(pipelineSpec(given), workspaceId);
    expect(digest({ ...facts, ...change })).not.toBe(digest(facts));
  });

  test("a folder's address is the long one, which holds outside the workspace too", () => {
    expect(folderUri(workspaceId, "mlops_data", "diabetes")).toBe(
      "azureml://subscriptions/s/resourcegroups/rg/workspaces/ws/datastores/mlops_data/paths/diabetes/",
    );
  });
});
