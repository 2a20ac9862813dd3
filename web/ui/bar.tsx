interface BarProps {
  readonly percent: number;
  readonly label: string;
  readonly tone?: string;
}

export function Bar({ percent, label, tone = 'working' }: BarProps) {
  return <progress class={`bar bar-${tone}`} max={100} value={percent} aria-label={label} />;
}
