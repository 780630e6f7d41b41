/**
 * In place of what packages load and no test needs: zod's languages; in tests of the infrastructure what Pulumi's SDK loads to send
 * functions to the cloud. TypeScript and npm's package tree are three quarters of the time that loading the SDK takes, in each test file.
 */
module.exports = {};
