// Where the atlas stands: a proxy may show it below a path of its own.

/** An address of ours as a browser must ask for it; the path begins with a slash. */
export const here = (path) => `${document.documentElement.dataset.prefix}${path}`;
