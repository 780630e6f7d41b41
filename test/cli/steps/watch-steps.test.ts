import { requireAllLogged } from "../../../cli/steps/watch-steps";
import { openWorkspace } from "../../../platform/settings/workspace";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

test("a prediction log has all that was sent, or the logs of what serves are named", async () => {
  const workspace = await openWorkspace(folder());
  await requireAllLogged(workspace, { logged: 85, sent: 85 });
  await expect(requireAllLogged(workspace, { logged: 0, sent: 85 })).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: `The prediction log holds 0 of 85 requests that production answered. It has to hold all. See the logs in ${workspace.environments}.`,
  });
});

// /sys takes nobody's files; a full disk does neither.
(process.platform === "linux" ? test : test.skip)(
  "where nothing can be written, that is the reason",
  async () => {
    const workspace = await openWorkspace("/sys");
    await expect(requireAllLogged(workspace, { logged: 0, sent: 85 })).rejects.toMatchObject({
      message: expect.stringContaining("Cannot write to /sys."),
    });
  },
);
