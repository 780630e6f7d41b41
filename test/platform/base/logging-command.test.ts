import { commandText } from "../../../platform/base/logging-command";

test("what would end or change a logging command is written as an agent turns it back", () => {
  expect(commandText("95 %\r\n%0A")).toBe("95 %AZP25%0D%0A%AZP250A");
});
