import { environmentOfProgram, maskSecrets } from "../../../training/program/secrets";

const env = {
  AZURE_CLIENT_SECRET: "correct horse battery",
  API_KEY: "correct horse",
  STORAGE_CONNECTION_STRING: "AccountKey=abcdefgh==",
  HF_TOKEN: "short",
  KEYBOARD: "qwertz-layout",
  PWD: "/home/someone",
  MLOPS_SIGNING_KEY: "/keys/private.pem",
};

test.each([
  ["the secret is correct horse battery!", "the secret is ***!"],
  ["correct horse", "***"],
  ["AccountKey=abcdefgh== and again AccountKey=abcdefgh==", "*** and again ***"],
  ["a word that is short stays", "a word that is short stays"],
  ["a qwertz-layout in /home/someone", "a qwertz-layout in /home/someone"],
  [
    "Looking in indexes: https://me:pa55@packages.example/simple",
    "Looking in indexes: https://***@packages.example/simple",
  ],
  ["no secret: https://packages.example/a@b", "no secret: https://packages.example/a@b"],
])("%j is shown as %j", (line, shown) => {
  expect(maskSecrets(env)(line)).toBe(shown);
});

test("a program gets this process's environment without the product's own settings, and what is its own", () => {
  expect(environmentOfProgram({ PATH: "/bin", MLOPS_SIGNING_KEY: "x", A: "1" }, { A: "2", B: "3" })).toEqual({
    PATH: "/bin",
    A: "2",
    B: "3",
  });
});
