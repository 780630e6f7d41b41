import type { FastifyInstance } from "fastify";
import { featureTable } from "../../../../platform/model/table";
import { MultinomialModel } from "../../../../platform/onnx/multinomial-model";
import { predictingRouteAt } from "../../../../scoring/dialects/find-dialect";
import { pathOf } from "../../../../scoring/http/path-pattern";
import { buildApp } from "../../../../scoring/process/app";
import { grades, weather, weatherRow } from "../../../platform/model/fixtures/class-models";
import { call, limits } from "../service-fixture";
import { inferUrl, readBinary, ways } from "../ways-to-ask";

const rows = [weatherRow, { wind: null, warm: false, town: "B" }, { wind: -40.5, warm: true, town: "x" }];
const models = { weather, grades };
const apps: FastifyInstance[] = [];
afterAll(() => Promise.all(apps.map((app) => app.close())));

describe.each(["weather", "grades"] as const)("three classes of %s", (name) => {
  const parameters = models[name];
  const { signature } = parameters;
  const { classes = [] } = signature.target as { classes?: readonly (string | number)[] };
  const model = new MultinomialModel(parameters);
  const { prediction, probabilities = new Float64Array() } = model.predict(featureTable(signature, rows));
  const labels = Array.from<string | number>(prediction);
  const lists = rows.map((_, row) => Array.from(probabilities.subarray(row * 3, row * 3 + 3)));
  const app = buildApp({
    model,
    reference: `${signature.target.name}:3`,
    example: { data: [weatherRow] },
    limits,
  });
  apps.push(app);
  const usable = ways.filter(({ numbersOnly }) => numbersOnly !== true);

  test.each(usable.map((way) => [way.name, way] as const))(
    "%s answers the class and the probability of each, bit for bit",
    async (wayName, way) => {
      const sent = way.send(rows, signature);
      const answer = await call(app, sent);
      expect(answer.status).toBe(200);
      if (wayName.startsWith("/score")) {
        expect(answer.json).toMatchObject({ result: labels, classes, probabilities: lists });
      } else if (wayName.startsWith("MLflow")) {
        expect(answer.json.predictions).toEqual(
          labels.map((label, row) => ({
            prediction: label,
            ...Object.fromEntries(classes.map((each, at) => [`probability_${each}`, lists[row]?.[at]])),
          })),
        );
      } else if (wayName.endsWith("answered in bytes")) {
        expect(readBinary(answer).predictions).toEqual(labels);
      } else {
        const datatype = typeof labels[0] === "string" ? "BYTES" : "INT64";
        expect(answer.json.outputs).toEqual([
          { name: "prediction", datatype, shape: [3], data: labels },
          {
            name: "probabilities",
            datatype: "FP64",
            shape: [3, 3],
            parameters: { classes: JSON.stringify(classes) },
            data: lists.flat(),
          },
        ]);
      }
      // What compares a canary with stable sees classes.
      const { headers, bytes } = answer;
      const seen = predictingRouteAt("POST", pathOf(sent.url))?.predictionsIn({ headers, body: bytes });
      expect(seen).toEqual(labels.map(String));
    },
  );

  test("V2 describes its outputs, and one alone can be asked for", async () => {
    const described = await call(app, { url: inferUrl(signature).replace("/infer", "") });
    expect(described.json.outputs).toEqual([
      expect.objectContaining({ name: "prediction", shape: [-1] }),
      expect.objectContaining({ name: "probabilities", datatype: "FP64", shape: [-1, 3] }),
    ]);
  });
});
