/** The mark of the product: a gate in a stream. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M7 10h18M7 16h12M7 22h18" />
    </svg>
  );
}
