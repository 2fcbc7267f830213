// The program of a frail origin: answers every request with its name, until it is told to be in trouble of another kind.
// node frail-process.ts NAME PORT; its parent says which trouble.
import { createServer, type Socket } from 'node:net'

export type Trouble = 'none' | 'resets' | 'answers garbage' | 'refuses' | 'reads nothing'

const [, , name = '', port = ''] = process.argv
const sockets = new Set<Socket>()
let trouble: Trouble = 'none'

function answer(socket: Socket): void {
  if (trouble === 'resets') socket.resetAndDestroy()
  else if (trouble === 'answers garbage') socket.write('220 mail.example ESMTP\r\n\r\n')
  else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}`)
}

const server = createServer({ noDelay: true }, socket => {
  let text = ''
  sockets.add(socket)
  socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1')
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      text = text.slice(end + 4)
      answer(socket)
    }
  })
  if (trouble === 'reads nothing') socket.pause()
})

process.on('message', (next: Trouble) => {
  if (trouble === 'refuses') server.listen(Number(port), '127.0.0.1')
  if (trouble === 'reads nothing') for (const socket of sockets) socket.destroy()
  trouble = next
  if (trouble === 'reads nothing') for (const socket of sockets) socket.pause()
  if (trouble === 'refuses') {
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
})
process.on('disconnect', () => process.exit())
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
