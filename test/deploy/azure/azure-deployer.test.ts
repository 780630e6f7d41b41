import { AzureDeployer } from "../../../deploy/azure/azure-deployer";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

test("a machine without Pulumi is told to install it", async () => {
  const { PATH } = process.env;
  process.env.PATH = folder();
  try {
    const deployer = new AzureDeployer({
      project: folder(),
      imageFor: () => Promise.reject(new Error("no image is wanted")),
    });
    await expect(deployer.status("qa", "cost")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/`pulumi` was not found\..*Install Pulumi/s),
    });
  } finally {
    process.env.PATH = PATH;
  }
});
