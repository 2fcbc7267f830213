// The proxies under way: started, each found to hand on the right bytes in every protocol it speaks, or left out aloud.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/ports.ts'
import { askerFor } from './asker.ts'
import { faultsOf } from './bytes.ts'
import type { Protocol } from './loads.ts'
import type { Origins } from './origins.ts'
import { makeCertificate, type Peer, type Stand } from './stand.ts'
import { isInstalled, type Started, start } from './tools.ts'

export interface Runner {
  readonly peer: Peer
  readonly stand: Stand
  readonly started: Started
  /** What it was found to speak. */
  readonly speaks: ReadonlySet<Protocol>
}

export interface Scene {
  /** A folder for all of them. */
  readonly dir: string
  readonly origins: Origins
  readonly protocols: readonly Protocol[]
  readonly isLogging: boolean
  /** Told why a proxy, or one of its protocols, is left out. */
  lose(peer: Peer, why: string): void
}

async function spoken(peer: Peer, stand: Stand, scene: Scene): Promise<Set<Protocol>> {
  const speaks = new Set<Protocol>()
  for (const protocol of scene.protocols) {
    const why = peer.cannot?.[protocol]
    const faults =
      why === undefined
        ? await faultsOf(askerFor(protocol, stand), scene.origins).catch((error: unknown) => [String(error)])
        : [why]
    if (faults.length === 0) speaks.add(protocol)
    else scene.lose(peer, `${protocol}: ${faults.join('; ')}`)
  }
  return speaks
}

/** Starts those that are installed; they end with the stack. */
export async function startRunners(
  peers: readonly Peer[],
  scene: Scene,
  stack: AsyncDisposableStack,
): Promise<Runner[]> {
  const certificate = makeCertificate(scene.dir)
  const { originPort, checkPort } = scene.origins
  const runners: Runner[] = []
  for (const peer of peers) {
    if (peer.program !== undefined && !isInstalled(peer.program)) {
      scene.lose(peer, `${peer.program} is not installed`)
      continue
    }
    const dir = join(scene.dir, peer.name.replace(/\W/g, '-'))
    const logs = join(dir, 'logs')
    mkdirSync(logs, { recursive: true })
    const ports = { port: await freePort(), tlsPort: await freePort(), originPort, checkPort }
    const stand = {
      dir,
      ...ports,
      certificate,
      isLogging: scene.isLogging,
      logFile: join(logs, 'access.log'),
    }
    const started = stack.use(await start(peer.start(stand)))
    runners.push({ peer, stand, started, speaks: await spoken(peer, stand, scene) })
  }
  return runners
}
