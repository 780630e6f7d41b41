import { writeFile } from "node:fs/promises";
import { openRegistry } from "../../../platform/registry/open-registry";
import { fileExists } from "../../../platform/base/files";
import { useTemporaryFolder } from "../base/temporary-folder";
import { publicKeyP256Pem, publicKeyPem, signingKeyP256Pem } from "../signing/signing-fixture";
import { makeModelDirectory } from "./model-fixture";

const folder = useTemporaryFolder();
const report = (): void => undefined;

test("where keys are trusted, only what one of them has signed is downloaded", async () => {
  await writeFile(folder("key.pem"), signingKeyP256Pem);
  const [place, signingKey] = [folder("registry"), folder("key.pem")];
  const unsigned = await openRegistry(place, { report }).register(
    "cost",
    await makeModelDirectory(folder("one"), "one"),
    {},
  );
  const signed = await openRegistry(place, { report, signingKey }).register(
    "cost",
    await makeModelDirectory(folder("two"), "two"),
    {},
  );
  const trusting = openRegistry(place, { report, trustedKeys: publicKeyP256Pem });
  await trusting.download(signed, folder("signed"));
  expect(await fileExists(folder("signed", "model.onnx"))).toBe(true);
  const refused = trusting.download(unsigned, folder("unsigned"));
  await expect(refused).rejects.toMatchObject({ code: "MODEL_INVALID" });
  await expect(refused).rejects.toThrow(/cost:1 .*\(unsigned\).*registry sign cost:1/);
  expect(await fileExists(folder("unsigned"))).toBe(false);
  const others = openRegistry(place, { report, trustedKeys: publicKeyPem });
  await expect(others.download(signed, folder("other"))).rejects.toThrow("(unknown key)");
});
