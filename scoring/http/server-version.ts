import { name, version } from "../../package.json";

/** The program and its version, as the dialects tell it. */
export const serverName: string = name;
export const platformVersion: string = version;
export const serverVersion = `${name}/${version}`;
