import path from "node:path";

/** The folder of the repository, which holds node_modules. */
export const repository = path.join(__dirname, "..");
