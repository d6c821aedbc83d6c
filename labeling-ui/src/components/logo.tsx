export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="15" />
      <path d="M16 26V13m0 6c-5 0-7-3-7-7 5 0 7 3 7 7Zm0-4c0-5 3-7 7-7 0 5-3 7-7 7Z" />
    </svg>
  );
}
