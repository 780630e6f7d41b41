/** The smaller of the library's CommonJS bundles (line, bar, scatter, axes); the package has types for the whole only. */
declare module "echarts/dist/echarts.common.min.js" {
  export { init } from "echarts";
}
