import { systemPoolNodes } from "../../../infra/config/pool-sizes";

test.each([
  [[], { min: 2, max: 4 }],
  [["1"], { min: 2, max: 4 }],
  [["1", "2", "3"], { min: 3, max: 6 }],
])("the system pool in zones %j has a node in each, and two at least", (zones, nodes) => {
  expect(systemPoolNodes(zones)).toEqual(nodes);
});
