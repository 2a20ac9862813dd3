/** Of the package; a test holds it to package.json. Read from here, since a bundle has no package.json beside it. */
export const version = '0.1.0';
