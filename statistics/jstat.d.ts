/** The part of jstat this folder calls; the package ships no types of its own. */
declare module 'jstat' {
  interface JStat {
    readonly studentt: { inv(p: number, degreesOfFreedom: number): number };
    readonly normal: {
      inv(p: number, mean: number, sd: number): number;
      cdf(x: number, mean: number, sd: number): number;
    };
  }
  const jstat: JStat;
  export default jstat;
}
