import { readFileSync } from "node:fs";
import { diagramOf } from "../../../infra/documents/diagram";
import { documentPath, drawnDocument } from "./draw";

const urn = (types: string, name: string) => `urn:pulumi:qa::mlops::${types}::${name}`;
const storage = "mlops:infra:Foundation$mlops:infra:Storage";

test("a component is a box with what it makes, and an arrow leads to what it refers to", () => {
  const drawn = diagramOf([
    { urn: urn("mlops:infra:Storage", "storage"), id: "", state: {} },
    { urn: urn(`${storage}$azure-native:storage:StorageAccount`, "a"), id: "/a", state: {} },
    { urn: urn(`${storage}$azure-native:storage:BlobContainer`, "b"), id: "/a/b", state: {} },
    { urn: urn(`${storage}$azure-native:storage:BlobContainer`, "c"), id: "/a/c", state: {} },
    {
      urn: urn("mlops:infra:Access$azure-native:authorization:RoleAssignment", "r"),
      id: "/r",
      state: { scope: "/a" },
    },
    {
      urn: urn("mlops:infra:Test$azure-native:resources:Resource", "t"),
      id: "/t",
      state: { resourceType: "webtests", of: "/a-b" },
    },
    { urn: urn("azure-native:resources:ResourceGroup", "g"), id: "/g", state: {} },
  ]);
  expect(drawn.split("\n")).toEqual([
    "flowchart LR",
    '  Access["<b>Access</b><br/>RoleAssignment"]',
    '  Stack["<b>Stack</b><br/>ResourceGroup"]',
    '  Storage["<b>Storage</b><br/>BlobContainer × 2<br/>StorageAccount"]',
    '  Test["<b>Test</b><br/>webtests"]',
    "  Access --> Storage",
  ]);
});

test("docs/reference/stack-resources.md shows what the program creates; `npm run infra:diagram` writes it anew", async () => {
  expect(readFileSync(documentPath, "utf8")).toBe(await drawnDocument());
});
