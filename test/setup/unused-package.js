/**
 * In place of packages that Pulumi's SDK loads and that no test of the program needs, as it sends no functions to the cloud:
 * TypeScript and npm's package tree are three quarters of the time that loading the SDK takes, in each test file.
 */
module.exports = {};
