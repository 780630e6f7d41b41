import { createServer, type Server } from "node:http";
import { closeGracefully, listen } from "../../../platform/http/listening";

describe("listening", () => {
  let server: Server;
  beforeEach(() => (server = createServer()));
  afterEach(async () => {
    if (server.listening) await closeGracefully(server);
  });

  test("at port 0 takes any free port, which it returns", async () => {
    expect(await listen(server, { host: "127.0.0.1", port: 0 })).toBeGreaterThan(0);
  });

  test.each([
    [undefined, "Choose another one"],
    ["MLOPS_PORT", "Set MLOPS_PORT to another one"],
  ])("at a port that is taken says how to choose another (%s)", async (setBy, remedy) => {
    const port = await listen(server, { host: "127.0.0.1", port: 0 });
    await expect(
      listen(createServer(), { host: "127.0.0.1", port, ...(setBy && { setBy }) }),
    ).rejects.toMatchObject({
      code: "BUSY",
      message: `Port ${port} of 127.0.0.1 is taken. ${remedy}, or stop the process that listens there.`,
    });
  });

  test("at an address of another machine is refused", async () => {
    await expect(listen(server, { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining('"192.0.2.1" is not an address of this machine.'),
    });
  });
});
