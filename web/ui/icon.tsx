/** 16 × 16, drawn in the colour of the text. An icon never stands for itself: a word or a label says the same. */
const paths = {
  inbox: 'M2 9.5h3.2l1 2h3.6l1-2H14M3.6 3.5h8.8L14 9.5v3H2v-3z',
  sessions: 'M3 3.5h4v3H3zM9 9.5h4v3H9zM5 6.5v4.5h4',
  reports: 'M4 2.5h5.5L12 5v8.5H4zM9 2.5V5.5h3M6 8.5h4M6 10.8h4',
  sql: 'M3 4.2c0-.9 2.2-1.7 5-1.7s5 .8 5 1.7-2.2 1.7-5 1.7-5-.8-5-1.7zM3 4.2v7.6c0 .9 2.2 1.7 5 1.7s5-.8 5-1.7V4.2M3 8c0 .9 2.2 1.7 5 1.7S13 8.9 13 8',
  notifications:
    'M8 2.500a3.6 3.6 0 0 0-3.6 3.600c0 3-1.4 4.4-1.4 4.400h10s-1.4-1.4-1.4-4.400A3.6 3.6 0 0 0 8 2.500zM6.7 12.700a1.5 1.5 0 0 0 2.6 0',
  users:
    'M6 7.500a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.600zM2 13c0-2.2 1.8-3.8 4-3.800s4 1.6 4 3.800M10.5 3.200a2.3 2.3 0 0 1 0 4.200M11.5 9.500c1.5.5 2.5 1.8 2.5 3.5',
  audit: 'M8 2l5 2v4c0 3-2 5.2-5 6-3-.8-5-3-5-6V4zM5.8 8l1.6 1.600L10.3 6.6',
  operations: 'M2 8.500h2.500l1.7-4.5 3 8 1.7-3.500H14',
  settings: 'M2.5 4.500h6M11.5 4.500h2M2.5 11.500h2M7.5 11.500h6M10 3v3M6 10v3',
  search: 'M7 11.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.300L13.5 13.5',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.500l3.2 3.200L13 4.8',
  close: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 2.500l6 10.500H2zM8 6.500v3M8 11.300v.2',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.300v3.500M8 5.200v.2',
  hand: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 5.800v4.400M9.7 5.800v4.4',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  play: 'M5 3.500l7 4.5-7 4.500z',
  stop: 'M4 4h8v8H4z',
  working: 'M8 2a6 6 0 1 1-5.2 3',
  redo: 'M12.5 6.500A5 5 0 1 0 13 9.500M12.8 3v3.600H9.2',
  edit: 'M3 13l.8-3L10.5 3.300l2.2 2.200L6 12.200zM9.3 4.500l2.2 2.2',
  fork: 'M5 5.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11 5.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5 13.500a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM5 5.500v5M11 5.500c0 2.5-6 2-6 5',
  external: 'M6.5 3.500h-3v9h9v-3M9 2.500h4.500V7M13.3 2.700L7.5 8.5',
  download: 'M8 2.500v8M4.8 7.500L8 10.700l3.2-3.200M3 13.500h10',
  upload: 'M8 10.500v-8M4.8 5.500L8 2.300l3.2 3.200M3 13.500h10',
  copy: 'M5.5 5.500h7.500v8H5.500zM3 10.500v-8h7.500v3',
  chevron: 'M6 3.500L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.800V8l2.2 1.5',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 9.800a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.600z',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  menu: 'M2.5 4.500h11M2.5 8h11M2.5 11.500h11',
  more: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  document: 'M4 2.500h8v11H4zM6 5.500h4M6 8h4M6 10.500h2.5',
  steps: 'M2.5 4h2M2.5 8h2M2.5 12h2M7 4h6.500M7 8h6.500M7 12h6.5',
  timeline: 'M2.5 4.500h5M5.5 8h6M9 11.500h4.5',
  compare: 'M8 2v12M3 5h2.500M3 8h2.500M3 11h2.500M10.5 5H13M10.5 8H13M10.5 11H13',
  key: 'M10 8.500a3 3 0 1 0-2.8-2L2.5 11.200v2.300h2.300v-1.700h1.700v-1.700z',
  webhook:
    'M6 6.500a2.5 2.5 0 1 1 3.6-.4L11.5 9.500M4.8 8.300A2.5 2.5 0 1 0 7 11.500h4M11.5 9.500a2.5 2.5 0 1 1-1 4',
  signout: 'M6.5 2.500h-4v11h4M6 8h7.500M10.8 5.200L13.5 8l-2.7 2.8',
  sun: 'M8 10.800a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.600zM8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1.1 1.100M11.5 11.500l1.1 1.100M3.4 12.600l1.1-1.100M11.5 4.500l1.1-1.1',
} as const;

export type IconName = keyof typeof paths;
export const iconNames = Object.keys(paths) as IconName[];

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class={`icon icon-${name}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
