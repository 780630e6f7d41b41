import { watchHome } from "../../../cli/session/home-watch";
import { PlatformError } from "../../../platform/base/errors";

test("a home that cannot be written is told once, and once that it can be again, looked at every ten seconds", async () => {
  const said: string[] = [];
  let [time, looks, isFull] = [0, 0, false];
  const look = watchHome({
    check: () => {
      looks += 1;
      return isFull
        ? Promise.reject(new PlatformError("STORAGE_FAILED", "The disk is full."))
        : Promise.resolve();
    },
    print: (text) => said.push(text),
    now: () => time,
  });
  const lookAt = async (seconds: number): Promise<void> => {
    time = seconds * 1000;
    await look();
  };
  await lookAt(0);
  isFull = true;
  await lookAt(9);
  expect([looks, said]).toEqual([1, []]);
  await lookAt(10);
  await lookAt(20);
  expect(said).toEqual([expect.stringMatching(/^The disk is full\. Requests are answered, and not logged/)]);
  isFull = false;
  await lookAt(30);
  await lookAt(40);
  expect(said.slice(1)).toEqual(["The home can be written again, and requests are logged again."]);
});
