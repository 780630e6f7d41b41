import { Workplace } from "./mlops";

describe("mlops retrain, as it is called for a stack", () => {
  const workplace = new Workplace();
  afterAll(() => workplace.remove());

  test.each([
    [["--stack", "qa", "--request", "7"], /--stack, --request is for environments in Azure only/],
    [["--target", "azure", "--data", "rows.csv"], /--data is a file of this machine/],
    [["--target", "azure", "--request", "a b"], /Expected at most 128 letters/],
    [["--target", "azure", "--timeout", "0"], /Expected a whole number from 1 to 10080/],
  ])("%j is refused", async (flags, message) => {
    const { code, stderr } = await workplace.run(["retrain", ...flags]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
