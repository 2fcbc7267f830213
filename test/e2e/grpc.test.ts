// gRPC end to end, with the `@grpc/grpc-js` library at both ends: every kind of call, errors, deadlines, cancellation.
import {
  type Client,
  credentials,
  type handleUnaryCall,
  Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const same = (bytes: Buffer): Buffer => bytes
const method = (
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): ServiceDefinition[string] => ({
  path: `/test.Echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})
const ECHO: ServiceDefinition = {
  unary: method('Unary', false, false),
  collect: method('Collect', true, false),
  repeat: method('Repeat', false, true),
  converse: method('Converse', true, true),
  refuses: method('Refuses', false, false),
  never: method('Never', false, false),
}

type Answered = (error: ServiceError | null, answer?: Buffer) => void
/** What the generic client makes of the definition. */
interface Echo extends Client {
  unary(
    bytes: Buffer,
    metadata: Metadata,
    answered: Answered,
  ): { on(event: 'metadata', heard: (got: Metadata) => void): void }
  collect(answered: Answered): NodeJS.WritableStream
  repeat(bytes: Buffer): AsyncIterable<Buffer>
  converse(): NodeJS.WritableStream & AsyncIterable<Buffer>
  refuses(bytes: Buffer, answered: Answered): void
  never(bytes: Buffer, options: { readonly deadline: number }, answered: Answered): void
  never(bytes: Buffer, answered: Answered): { cancel(): void }
}

describe.each([false, true])('gRPC (over TLS on both sides: %s)', isSecure => {
  let authority: Authority
  let server: Server
  let stage: Stage
  let client: Echo
  let cancelled = 0
  beforeAll(async () => {
    authority = openAuthority('Test Authority')
    server = new Server()
    const unary: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
      const got = call.metadata.get('x-asked')
      const said = new Metadata()
      said.set('x-said', String(got[0]))
      call.sendMetadata(said)
      answer(null, call.request, said)
    }
    const hang: handleUnaryCall<Buffer, Buffer> = call => {
      call.on('cancelled', () => cancelled++)
    }
    server.addService(ECHO, {
      unary,
      never: hang,
      refuses: ((_, answer) => {
        answer({ code: status.NOT_FOUND, details: 'nö % here' })
      }) as handleUnaryCall<Buffer, Buffer>,
      collect: (call: ServerReadableStream<Buffer, Buffer>, answer: Answered) => {
        let sum = 0
        call.on('data', (piece: Buffer) => {
          sum += piece.length
        })
        call.on('end', () => answer(null, Buffer.from(String(sum))))
      },
      repeat: (call: ServerWritableStream<Buffer, Buffer>) => {
        for (let n = 0; n < 100; n++) call.write(Buffer.from(`${call.request} ${n}`))
        call.end()
      },
      converse: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', (piece: Buffer) => call.write(piece))
        call.on('end', () => call.end())
      },
    })
    const { cert, key } = authority.sign({ hosts: ['127.0.0.1'] })
    const keys = [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }]
    const own = isSecure ? ServerCredentials.createSsl(null, keys) : ServerCredentials.createInsecure()
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', own, (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      )
    })
    const peer = isSecure ? 'alpn: h2, ca: ca.pem' : 'alpn: h2c'
    const url = `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`
    stage = await startStage(
      {
        isSecure,
        routes: `grpc:\n  listener: web\n  match: { path_prefix: /test.Echo }\n  forward: { targets: [{ url: "${url}", peer: { ${peer} } }] }`,
      },
      { files: { 'ca.pem': authority.cert } },
    )
    const trust = isSecure
      ? credentials.createSsl(null, null, null, { rejectUnauthorized: false })
      : credentials.createInsecure()
    const Constructor = makeGenericClientConstructor(ECHO, 'Echo')
    client = new Constructor(`127.0.0.1:${stage.port}`, trust) as unknown as Echo
  })
  afterAll(async () => {
    client?.close()
    await stage?.[Symbol.asyncDispose]()
    server.forceShutdown()
    authority[Symbol.dispose]()
  })

  it.each([0, 10, 1_000_000])('a unary call of %i bytes, with metadata both ways', async size => {
    const metadata = new Metadata()
    metadata.set('x-asked', 'this')
    const bytes = Buffer.alloc(size, 'x')
    let said: Metadata | undefined
    const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
      const call = client.unary(bytes, metadata, (error, got) =>
        error === null ? resolve(got) : reject(error),
      )
      call.on('metadata', got => {
        said = got
      })
    })
    expect(answer?.equals(bytes)).toBe(true)
    expect(said?.get('x-said')).toEqual(['this'])
  })

  it('a stream from the client', async () => {
    const sum = await new Promise<Buffer | undefined>((resolve, reject) => {
      const call = client.collect((error, got) => (error === null ? resolve(got) : reject(error)))
      for (let n = 0; n < 100; n++) call.write(Buffer.alloc(10_000))
      call.end()
    })
    expect(String(sum)).toBe('1000000')
  })

  it('a stream from the server', async () => {
    const got: string[] = []
    for await (const piece of client.repeat(Buffer.from('word'))) got.push(String(piece))
    expect(got).toEqual(Array.from({ length: 100 }, (_, n) => `word ${n}`))
  })

  it('a conversation, word by word', async () => {
    const call = client.converse()
    const heard: string[] = []
    call.write(Buffer.from('0'))
    for await (const piece of call) {
      heard.push(String(piece))
      if (heard.length < 20) call.write(Buffer.from(String(heard.length)))
      else call.end()
    }
    expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => String(n)))
  })

  it('an error with its code and words, in trailers alone', async () => {
    const error = await new Promise<ServiceError | null>(resolve => client.refuses(Buffer.alloc(0), resolve))
    expect([error?.code, error?.details]).toEqual([status.NOT_FOUND, 'nö % here'])
  })

  it('a deadline that passes is one, and the server hears of it', async () => {
    const before = cancelled
    const start = Date.now()
    const error = await new Promise<ServiceError | null>(resolve =>
      client.never(Buffer.alloc(0), { deadline: Date.now() + 300 }, resolve),
    )
    expect(error?.code).toBe(status.DEADLINE_EXCEEDED)
    expect(Date.now() - start).toBeLessThan(2000)
    await until('the server hears', () => cancelled === before + 1, 2000)
  })

  it('a cancelled call is, and the server hears of it within a second', async () => {
    const before = cancelled
    const { promise, resolve } = Promise.withResolvers<ServiceError | null>()
    const call = client.never(Buffer.alloc(0), resolve)
    setTimeout(() => call.cancel(), 200)
    expect((await promise)?.code).toBe(status.CANCELLED)
    await until('the server hears', () => cancelled === before + 1, 1000)
  })

  it('a hundred calls at once keep their answers apart', async () => {
    const answers = await Promise.all(
      Array.from(
        { length: 100 },
        (_, n) =>
          new Promise<string>((resolve, reject) =>
            client.unary(Buffer.from(`call ${n}`), new Metadata(), (error, got) =>
              error === null ? resolve(String(got)) : reject(error),
            ),
          ),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => `call ${n}`))
  })
})
