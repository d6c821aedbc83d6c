/** A small line for the eye; the words beside it say what it is. Gaps stay gaps. */
export function Spark({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (at: number): number => 2 + (at / (values.length - 1)) * 116;
  const y = (value: number): number => 24 - (high === low ? 10 : ((value - low) / (high - low)) * 20);
  return (
    <svg className="spark" viewBox="0 0 120 28" role="img" aria-label={label}>
      <polyline points={values.flatMap((value, at) => (value === null ? [] : [`${x(at)},${y(value)}`])).join(' ')} />
      {values.map((value, at) => (value !== null && at === values.length - 1 ? <circle key="last" cx={x(at)} cy={y(value)} r="2.6" /> : null))}
    </svg>
  );
}
