import { Root } from "protobufjs/light";
import { onnxMessages, type MessageName } from "../../../platform/onnx/onnx-messages";
import { readMessage, UnknownOnnx } from "../../../platform/onnx/read-message";

const root = Root.fromJSON({ nested: onnxMessages });

/** The bytes that protobufjs makes of a message by the same table. */
function written(name: MessageName, message: object): Uint8Array {
  return root.lookupType(name).encode(message).finish();
}

test.each<[MessageName, object]>([
  ["OperatorSet", { domain: "ai.onnx.ml", version: 2 }],
  ["Tensor", { dims: [2, 3], dataType: 11, name: "a", rawData: Buffer.from([1, 2]) }],
  ["Tensor", { dims: [], dataType: 8, stringData: [Buffer.from("ä"), Buffer.from("")] }],
  ["Attribute", { name: "axis", type: 2, i: -1 }],
  ["Node", { input: ["a", "b"], output: ["c"], opType: "Sub", attribute: [{ name: "axis", i: 1 }] }],
  ["ValueInfo", { name: "x", type: { tensorType: { elemType: 11, shape: { dim: [{ dimParam: "N" }] } } } }],
])("a %s is read as protobufjs writes it", (name, message) => {
  const defined = Object.entries(message).filter(
    ([, value]) => !(Array.isArray(value) && value.length === 0),
  );
  expect(readMessage(name, written(name, message))).toEqual(Object.fromEntries(defined));
});

test("repeated numbers are read whether they come packed or one by one", () => {
  expect(readMessage("Tensor", Buffer.from([0x0a, 2, 5, 6]))).toEqual({ dims: [5, 6] });
  expect(readMessage("Tensor", Buffer.from([0x08, 5, 0x08, 6]))).toEqual({ dims: [5, 6] });
});

test.each<[string, MessageName, number[]]>([
  ["a field that the table does not have", "OperatorSet", [0x18, 1]],
  ["a number where text belongs", "OperatorSet", [0x08, 1]],
  ["text where one number belongs", "OperatorSet", [0x12, 1, 65]],
  ["a field that is longer than the message", "OperatorSet", [0x0a, 9, 65]],
  ["a number that does not end", "OperatorSet", [0x10, 0x80]],
  ["a fixed 32-bit number", "OperatorSet", [0x15, 0, 0, 0, 0]],
])("%s is refused", (_, name, bytes) => {
  expect(() => readMessage(name, Buffer.from(bytes))).toThrow(UnknownOnnx);
});
