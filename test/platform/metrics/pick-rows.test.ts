import { pickRows } from "../../../platform/metrics/pick-rows";
import { scored } from "./scored-rows";

test("rows are picked with all that they have, in the order asked for", () => {
  expect(pickRows(scored([1, 2, 3], [4, 5, 6], [7, 8, 9]), [2, 0])).toEqual(scored([3, 1], [6, 4], [9, 7]));
  expect(pickRows(scored([1, 2], [3, 4]), [])).toEqual(scored([], []));
});
