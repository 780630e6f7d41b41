import {
  decodeHeader,
  FrameEncoder,
  framesOf,
  predictionSource,
  type PredictionSource,
  type ScoredRequest,
  type SegmentHeader,
} from "../../../platform/predictions/prediction-frames";
import { decodeFrame } from "../../../platform/predictions/prediction-lines";
import { parsePredictionRecord } from "../../../platform/predictions/prediction-record";
import type { Signature } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import { recordOf, request, signature, sourceOf } from "./scored-request";

const headerOf = (source: PredictionSource): SegmentHeader => ({ ...source, format: 1, path: "p" });

function lineOf(source: PredictionSource, scored: ScoredRequest): string {
  return decodeFrame(new FrameEncoder().encode(source, scored), headerOf(source));
}

const odd = [0, -0, 1.5, -1e-300, 5e-324, Number.MAX_VALUE, 0.1 + 0.2, 2 ** 53, -123456789.123, 1e21, NaN];

test("nothing is kept of a personal feature, nor of one that a setting names", () => {
  const inputs = signature.inputs.map((column, index) =>
    index === 0 ? { ...column, personal: true as const } : column,
  );
  const [first = "", second = "", ...others] = inputs.map(({ name }) => name);
  const kept = predictionSource({ ...signature, inputs }, { model: "m:1", redact: [second] });
  expect(kept.columns.map(({ name }) => name)).toEqual(others);
  expect(kept.redacted).toEqual([first, second]);
});

describe("frames of scored requests", () => {
  test("become the record of the request", () => {
    for (const id of [1, 2, 3]) {
      expect(parsePredictionRecord(lineOf(sourceOf(), request(id)))).toEqual(recordOf(id));
    }
  });

  test("keep numbers to the last bit, and a missing one as null", () => {
    const inputs = [{ name: "x", type: "number" as const, nullable: true }];
    const source = predictionSource({ ...signature, inputs }, { model: "m:1" });
    const table = { rows: odd.length, columns: new Map([["x", Float64Array.from(odd)]]) };
    const prediction = Float64Array.from(odd, (value) => value / 3 || 0);
    const line = lineOf(source, { id: "a", time: 0, table, predictions: { prediction } });
    const record = JSON.parse(line) as { inputs: { x: number | null }[]; outputs: number[] };
    // JSON has no -0 where a text is made of it: it is written as 0.
    expect(record.inputs.map(({ x }) => x)).toEqual(
      odd.map((value) => (Number.isNaN(value) ? null : value || 0)),
    );
    expect(record.outputs).toEqual([...prediction]);
  });

  test("have dates as texts, as clients send them", () => {
    const inputs = ["made", "sold"].map((name) => ({
      name,
      type: "date" as const,
      nullable: true,
      parts: ["month" as const],
    }));
    const dated = { ...signature, inputs };
    const sent = [
      { made: "2026-01-31", sold: "2026-01-31T13:45:00+02:00" },
      { made: null, sold: "1969-12-31T23:59:59.25Z" },
    ];
    const source = predictionSource(dated, { model: "m:1" });
    const table = featureTable(dated, sent);
    const line = lineOf(source, {
      id: "a",
      time: 0,
      table,
      predictions: { prediction: Float64Array.of(1, 2) },
    });
    expect((JSON.parse(line) as { inputs: unknown }).inputs).toEqual([
      { made: "2026-01-31", sold: "2026-01-31T11:45:00Z" },
      { made: null, sold: "1969-12-31T23:59:59.250000Z" },
    ]);
  });

  test("have the classes and the probabilities of a classification", () => {
    const classified: Signature = {
      ...signature,
      task: "classification",
      target: { name: "c", classes: ["größer", "no"] },
    };
    const { id, time, table } = request(1);
    const predictions = { prediction: ["größer"], probability: Float64Array.of(0.25) };
    const line = lineOf(predictionSource(classified, { model: "m:1" }), { id, time, table, predictions });
    expect(parsePredictionRecord(line)).toMatchObject({ outputs: ["größer"], probabilities: [0.25] });
  });

  test.each([
    [
      ["größer", 'a, "b"', "__proto__"],
      ["__proto__", "größer"],
    ],
    [[7, -1, 2], Float64Array.of(2, 7)],
  ] as const)("have a list of probabilities for each row of the classes %j", (classes, prediction) => {
    const classified: Signature = { ...signature, task: "classification", target: { name: "c", classes } };
    const { id, time } = request(1);
    const { table } = request(1, undefined, [recordOf(1).inputs[0] ?? {}, recordOf(2).inputs[0] ?? {}]);
    const probabilities = Float64Array.of(0.1, 0.2, 0.7, 0.6, 0.4, 0);
    const line = lineOf(predictionSource(classified, { model: "m:1" }), {
      id,
      time,
      table,
      predictions: { prediction: prediction as string[] | Float64Array, probabilities },
    });
    expect(parsePredictionRecord(line)).toMatchObject({
      outputs: Array.from<string | number>(prediction),
      probabilities: [
        [0.1, 0.2, 0.7],
        [0.6, 0.4, 0],
      ],
    });
  });

  test("leave redacted columns out, and say which", () => {
    const source = sourceOf("diabetes:3", ["town", "age", "no feature"]);
    const frame = new FrameEncoder().encode(source, request(1));
    expect(frame.includes("Köln")).toBe(false);
    const record = parsePredictionRecord(decodeFrame(frame, headerOf(source)));
    expect(record?.inputs).toEqual([{ bmi: null, smoker: false }]);
    expect(record?.redacted).toEqual(["age", "town"]);
  });

  test("say of a test's that it is one", () => {
    const line = lineOf({ ...sourceOf("diabetes:3", ["town"]), test: true }, request(1));
    expect(parsePredictionRecord(line)).toMatchObject({ redacted: ["town"], test: true });
    expect(parsePredictionRecord(lineOf(sourceOf(), request(1)))).not.toHaveProperty("test");
  });

  test("take many rows, long texts and odd ids", () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({
      age: index,
      bmi: index / 7,
      smoker: index % 2 === 0,
      town: "ü\n\u2028\\".repeat(index % 50) || null,
    }));
    const scored = { ...request(1, undefined, rows), id: 'größer "7"\u0001' };
    expect(parsePredictionRecord(lineOf(sourceOf(), scored))).toMatchObject({ id: scored.id, inputs: rows });
  });

  test("refuse a table whose columns differ in length", () => {
    const { columns } = featureTable(signature, [{ age: 1, bmi: 1, smoker: true, town: "a" }]);
    const scored = { ...request(1), table: { rows: 2, columns } };
    expect(() => new FrameEncoder().encode(sourceOf(), scored)).toThrow(
      'Column "age" does not have 2 values.',
    );
  });

  describe("in a segment", () => {
    const encoder = new FrameEncoder();
    const frames = [
      Buffer.from(encoder.encodeHeader(headerOf(sourceOf()))),
      ...[1, 2, 3].map((id) => Buffer.from(encoder.encode(sourceOf(), request(id)))),
    ];
    const segment = Buffer.concat(frames);

    test("are found again, the header first", () => {
      const [head, ...found] = framesOf(segment);
      expect(decodeHeader(head ?? Buffer.alloc(0))).toMatchObject({ path: "p", model: "diabetes:3" });
      expect(found.map((frame) => Buffer.compare(frame, frames[found.indexOf(frame) + 1] ?? frame))).toEqual([
        0, 0, 0,
      ]);
    });

    test("are all whole wherever the segment is cut off", () => {
      const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length);
      for (let length = 0; length <= segment.length; length += 3) {
        const whole = ends.filter((end) => end <= length).length;
        expect([...framesOf(segment.subarray(0, length))]).toHaveLength(whole);
      }
    });

    test("end before one that is damaged, at whatever byte", () => {
      const begin = (frames[0]?.length ?? 0) + (frames[1]?.length ?? 0);
      for (let offset = begin; offset < begin + (frames[2]?.length ?? 0); offset += 5) {
        const damaged = Buffer.from(segment);
        damaged[offset] = (damaged[offset] ?? 0) ^ 0x41;
        expect([...framesOf(damaged)]).toHaveLength(2);
      }
    });
  });
});
