import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import type { Signature } from "../../../platform/model/signature";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { randomModel, randomNumbers, targets } from "./random-model";

describe("a file that is not exactly what our trainers write has no linear parameters", () => {
  const parameters = randomModel(randomNumbers(5), targets[0][1]);
  const { signature } = parameters;
  const bytes = toOnnx(parameters);

  /** The file with one text in it replaced by another of the same length. */
  function replaced(from: string, to: string): Uint8Array {
    const copy = Buffer.from(bytes);
    const at = copy.indexOf(from);
    expect(at).toBeGreaterThan(0);
    copy.write(to, at, "latin1");
    return copy;
  }

  test("though the file itself has", () => {
    expect(signature.inputs.map(({ type }) => type)).toContain("number");
    expect(findLinearParameters(bytes, signature)).toBeDefined();
  });

  test.each([
    ["another operator", () => replaced("\x03Sub", "\x03Add")],
    ["another operator at its end", () => replaced("\x08Identity", "\x08Softplus")],
    ["another attribute", () => replaced("axis", "axes")],
    ["a shorter file", () => bytes.subarray(0, bytes.length - 10)],
    ["another operator set", () => replaced("ai.onnx.ml\x10\x02", "ai.onnx.ml\x10\x03")],
    ["text", () => Buffer.from("no model")],
    ["nothing", () => new Uint8Array()],
  ])("%s", (_, change) => {
    expect(findLinearParameters(change(), signature)).toBeUndefined();
  });

  test.each<[string, Signature]>([
    ["another task", { ...signature, task: "classification", target: { name: "y", classes: [0, 1] } }],
    ["one feature less", { ...signature, inputs: signature.inputs.slice(1) }],
    [
      "a feature of another name",
      {
        ...signature,
        inputs: signature.inputs.map((column, index) =>
          index === 0 ? { ...column, name: "other" } : column,
        ),
      },
    ],
    [
      "a feature more",
      { ...signature, inputs: [...signature.inputs, { name: "more", type: "number", nullable: false }] },
    ],
  ])("for a signature with %s", (_, other) => {
    expect(findLinearParameters(bytes, other)).toBeUndefined();
  });

  test("for another threshold between the classes", () => {
    const classifier = randomModel(randomNumbers(5), targets[1][1]);
    const file = Buffer.from(toOnnx(classifier));
    const half = Buffer.from(Float64Array.of(0.5).buffer);
    const at = file.indexOf(half);
    expect(file.lastIndexOf(half)).toBe(at);
    file.writeDoubleLE(0.6, at);
    expect(findLinearParameters(toOnnx(classifier), classifier.signature)).toBeDefined();
    expect(findLinearParameters(file, classifier.signature)).toBeUndefined();
  });

  test("cut off or changed anywhere, it is refused or read, but never fails in another way", () => {
    const random = randomNumbers(23);
    for (let round = 0; round < 300; round++) {
      const copy = Uint8Array.from(bytes).subarray(
        0,
        round % 3 === 0 ? Math.floor(random() * bytes.length) : bytes.length,
      );
      if (copy.length > 0) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      expect(() => findLinearParameters(copy, signature)).not.toThrow();
    }
  });
});
