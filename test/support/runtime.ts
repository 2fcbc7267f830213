/** Refuses to run the tests on a Node older than the one the product is pinned to (package.json `engines`). */
export function setup(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 24 || (major === 24 && minor < 15)) {
    throw new Error(
      `the tests need Node 24.15 or newer, this is ${process.versions.node}: start them with \`npm test\``,
    )
  }
}
