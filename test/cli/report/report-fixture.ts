import { measureCurves } from "../../../platform/metrics/measure-curves";
import { scored } from "../../platform/metrics/scored-rows";
import type { ReportInput } from "../../../cli/report/report-input";
import type { StepRecord } from "../../../cli/runs/runs";
import type { CanaryStage } from "../../../deploy/rules/canary-stage";
import { type ModelDefinition, parseModelDefinition } from "../../../platform/definition/definition";
import type { Digest } from "../../../platform/base/files";

/** A column whose name is markup: wherever it is shown it must stay text. */
export const evilColumn = `<script>alert("x")</script>`;

export const definition: ModelDefinition = parseModelDefinition(
  {
    name: "houses",
    description: "Price of <b>houses</b>.",
    task: "regression",
    data: "data.csv",
    columns: [
      { name: evilColumn, type: "number", unit: "m²" },
      { name: "town", type: "category", values: ["A", "B"] },
      { name: "price", type: "number", role: "target", unit: "k€" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse", minImprovement: 0.1 },
  },
  "fixture",
);

const classifier: ModelDefinition = parseModelDefinition(
  {
    name: "loans",
    task: "classification",
    data: "data.csv",
    columns: [
      { name: "income", type: "number" },
      { name: "repaid", type: "category", role: "target", values: ["no", "yes"] },
    ],
    trainer: { kind: "logistic", l2: 1 },
    gate: { metric: "auc" },
  },
  "fixture",
);

const startedAt = "2026-11-21T00:21:07.123Z";

const step = (name: string, status: StepRecord["status"], ms: number, message: string): StepRecord => ({
  name,
  status,
  startedAt,
  ms,
  message,
});

/** A run of which nothing is known but its steps. */
export const bare: ReportInput = {
  run: {
    id: "20261121-002107-4f1c",
    model: "houses",
    startedAt,
    outcome: "failed",
    explanation: "The data has 1 error; nothing was trained.",
    dataFile: "data.csv",
    steps: [step("check", "failed", 250, "1 error")],
  },
  notReached: ["split", "train"],
  definition,
};

const numbers = (count: number, of: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => of(index));

const actual = numbers(40, (index) => 100 + 5 * index);
const digest = "0123456789abcdef".repeat(4) as Digest;
const release = { model: "houses:2", package: "packages/houses-2", digest };
const sample = (requests: number, failures: number, p50: number) => ({
  requests,
  failures,
  latencyMs: { p50, p95: 2 * p50, p99: 4 * p50 },
  predictions: { count: requests - failures, mean: 198.76543, standardDeviation: 51.5 },
});

/** Two stages of a canary, of which the second has not begun. */
export const stages: readonly [CanaryStage, CanaryStage] = [
  {
    weight: 10,
    comparedWith: { kind: "stable", model: "houses:1" },
    verdict: "advance",
    reason: "healthy",
    explanation: "Healthy.",
    reference: sample(540, 1, 2.1),
    canary: sample(60, 0, 2.2),
  },
  {
    weight: 50,
    comparedWith: { kind: "stable", model: "houses:1" },
    verdict: "wait",
    reason: "too-few-requests",
    explanation: "Too few.",
    reference: { requests: 0, failures: 0 },
    canary: { requests: 0, failures: 0 },
  },
];

/** A run that came to its end, with something in every section. */
export const whole: ReportInput = {
  run: {
    id: "20261121-002107-4f1c",
    model: "houses",
    version: "houses:2",
    startedAt,
    outcome: "released",
    explanation: "houses:2 serves all of production.",
    dataFile: "data.csv",
    steps: [step("train", "done", 3000, "ridge, alpha 1"), step("approve", "done", 9400, "by --yes")],
    tests: {
      qa: {
        digest,
        load: {
          requests: 2000,
          failures: 4,
          requestsPerSecond: 1204.4,
          latencyMs: { p50: 3.14, p95: 6.2, p99: 8.1 },
        },
      },
    },
    canary: [...stages],
  },
  notReached: [],
  definition,
  dataReport: {
    source: "data.csv",
    rows: 12345,
    columns: 3,
    comparedWith: "houses:1",
    findings: [
      {
        severity: "error",
        check: "range",
        column: evilColumn,
        message: `Column "${evilColumn}" is out of range.`,
        count: 2,
        examples: [{ row: 1234, value: "<img src=x onerror=alert(1)>" }],
      },
    ],
  },
  evaluation: {
    task: "regression",
    rows: 2500,
    candidate: { metrics: { rmse: 54.213456, mae: 43.87, r2: 0.48 } },
    champion: { model: "houses:1", metrics: { rmse: 55.02, mae: 44.2, r2: 0.46 } },
    sample: {
      actual,
      candidate: actual.map((value, index) => value + ((index * 7) % 11) - 5),
      champion: actual.map((value, index) => value + ((index * 5) % 13) - 6),
    },
  },
  decision: {
    promote: true,
    reason: "better",
    explanation: "rmse 54.21 against 55.02 of houses:1: better by 0.8065.",
    metric: "rmse",
    candidate: 54.213456,
    champion: { model: "houses:1", value: 55.02 },
    improvement: 0.806544,
    minImprovement: 0.1,
    interval: { level: 0.95, low: -0.3212345, high: 1.94, resamples: 1000 },
    rows: 2500,
    floors: [{ metric: "r2", bound: 0.3, value: 0.48, holds: true }],
    slices: [
      { column: "town", value: "A", rows: 20, judged: false, holds: true },
      {
        column: "town",
        value: "B",
        rows: 900,
        candidate: 51,
        champion: 50,
        worseBy: 1,
        judged: true,
        holds: false,
      },
    ],
  },
  lineage: {
    model: "houses",
    run: "20261121-002107-4f1c",
    createdAt: "2026-11-21T00:21:08.000Z",
    data: { source: "data.csv", digest, rows: 12345, trainingRows: 9845, heldOutRows: 2500 },
    code: { commit: "3f9d1c2", dirty: true },
    definitionDigest: digest,
    parameters: { kind: "ridge", alpha: 1 },
    seed: 1,
    champion: "houses:1",
    tools: { node: "20.19.0", duckdb: "1.5.6", onnxruntime: "1.30.0", platform: "0.1.0" },
  },
  modelCard:
    "---\ntags: [tabular]\n---\n# houses\n\nPrices, <i>roughly</i>.\n\n## Limits\n\n- None known.\n\n## Lineage\n\n| What | Value |\n| --- | --- |\n| Run | card-run |\n",
  drift: {
    rows: 600,
    referenceRows: 9845,
    judged: true,
    drifted: true,
    explanation: "1 of 2 columns has drifted.",
    columns: [
      {
        column: evilColumn,
        psi: 0.31234567,
        pValue: 1e-12,
        adjustedPValue: 2e-12,
        missing: { reference: 0, current: 0.0125 },
        drifted: true,
        bins: [
          { label: "<= 1", reference: 0.5, current: 0.2 },
          { label: "> 1", reference: 0.5, current: 0.8 },
        ],
      },
      {
        column: "town",
        psi: 0.01,
        pValue: 0.4,
        adjustedPValue: 0.4,
        missing: { reference: 0, current: 0 },
        drifted: false,
        bins: numbers(40, (index) => index).map((index) => ({
          label: `town ${index}`,
          reference: 1 / 40,
          current: 1 / 40,
        })),
      },
    ],
  },
  deployments: [
    { environment: "qa", model: "houses", history: [] },
    {
      environment: "prod",
      model: "houses",
      stable: release,
      canary: { ...release, weight: 10, shadow: 0 },
      history: [{ time: "2026-11-21T00:21:14Z", action: "deploy", model: "houses:2", detail: "10 %" }],
    },
  ],
};

/** The classification of a run: 30 rows, mostly called right. */
export const classified: ReportInput = {
  run: {
    ...bare.run,
    model: "loans",
    outcome: "kept",
    explanation: "Kept.",
    steps: [step("train", "done", 10, "")],
  },
  notReached: [],
  definition: classifier,
  evaluation: {
    task: "classification",
    rows: 30,
    candidate: { metrics: { auc: 0.9 } },
    curves: {
      candidate: measureCurves(
        scored(
          numbers(30, (index) => (index % 3 === 0 ? 1 : 0)),
          numbers(30, (index) => (index % 3 === 0 ? 0.55 + index / 100 : index / 50)),
        ),
      ),
    },
  },
};
